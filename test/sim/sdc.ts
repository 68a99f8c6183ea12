// The simulator of SDC's external API: the model archive (CSAR) of a service version, a real zip made for each request.
import { decodeSegment } from './aai-store.ts';
import type { Answer } from './faults.ts';
import { extended, json, type PeerOptions, startPeer } from './peer.ts';
import type { Exchange, SimulatorServer } from './server.ts';
import type { SliceModel } from './slices.ts';
import { zip } from './zip.ts';

export interface SdcSimulator extends SimulatorServer {
  /** Base for `[sdc] server_url`. */
  readonly url: string;
  /** By model version id; bytes are given out as they are. May be changed while it runs. */
  readonly models: Map<string, SliceModel | Uint8Array>;
}

export async function startSdcSimulator(
  options: PeerOptions & { readonly models?: ReadonlyMap<string, SliceModel | Uint8Array> },
): Promise<SdcSimulator> {
  const models = new Map(options.models ?? []);
  const server = await startPeer(options, (exchange) => answer(exchange, models));
  return extended(server, { url: `${server.origin}/sdc`, models });
}

function refusal(status: number, id: string, text: string): Answer {
  return json(status, { requestError: { serviceException: { messageId: id, text, variables: [] } } });
}

function answer(exchange: Exchange, models: ReadonlyMap<string, SliceModel | Uint8Array>): Answer {
  if (exchange.headers['x-ecomp-instanceid'] === undefined) {
    return refusal(400, 'POL5001', 'Error: Missing mandatory X-ECOMP-InstanceID header');
  }
  const id = /^\/sdc\/v1\/catalog\/services\/([^/]+)\/toscaModel$/.exec(exchange.path)?.[1];
  if (id === undefined) return refusal(404, 'SVC4642', 'Error: The path does not exist');
  if (exchange.method !== 'GET') return refusal(405, 'POL4050', 'Method not allowed');
  const model = models.get(decodeSegment(id));
  if (model === undefined) return refusal(404, 'SVC4503', `Error: Requested '${id}' service was not found`);
  const body = model instanceof Uint8Array ? model : csar(model);
  return { status: 200, headers: { 'content-type': 'application/octet-stream' }, body };
}

/** The archive as SDC lays it out; `serviceTemplate` and `interface` replace the two definitions. */
export function csar(
  model: SliceModel,
  replaced: { readonly serviceTemplate?: string; readonly interfaceFile?: string } = {},
): Buffer {
  const template = `service-${model.name}-template.yml`;
  return zip([
    {
      name: 'TOSCA-Metadata/TOSCA.meta',
      content: [
        'TOSCA-Meta-File-Version: 1.0',
        'CSAR-Version: 1.1',
        'Created-By: Simulator',
        `Entry-Definitions: Definitions/${template}`,
        '',
      ].join('\n'),
    },
    { name: `Definitions/${template}`, content: replaced.serviceTemplate ?? serviceTemplate(model) },
    {
      name: `Definitions/${template.replace('.yml', '-interface.yml')}`,
      content: replaced.interfaceFile ?? interfaceFile(model),
    },
    { name: 'Artifacts/', content: '', stored: true },
  ]);
}

function serviceTemplate({ name }: SliceModel): string {
  return [
    'tosca_definitions_version: tosca_simple_yaml_1_1',
    'metadata:',
    `  name: ${JSON.stringify(name)}`,
    '  type: Service',
    '  category: NST',
    'imports:',
    '- nodes:',
    '    file: nodes.yml',
    '- datatypes:',
    '    file: data.yml',
    `- service-${name}-interface:`,
    `    file: service-${name}-template-interface.yml`,
    'topology_template:',
    '  inputs: {}',
    '',
  ].join('\n');
}

function interfaceFile({ name, properties }: SliceModel): string {
  const lines = properties.flatMap((property) => [
    `      ${property.name}:`,
    `        type: ${property.type}`,
    ...(property.value === undefined ? [] : [`        default: ${JSON.stringify(property.value)}`]),
    '        required: false',
  ]);
  return [
    'tosca_definitions_version: tosca_simple_yaml_1_1',
    'imports:',
    '- nodes:',
    '    file: nodes.yml',
    'node_types:',
    `  org.openecomp.service.${name}:`,
    '    derived_from: org.openecomp.service',
    ...(lines.length === 0 ? [] : ['    properties:']),
    ...lines,
    '',
  ].join('\n');
}
