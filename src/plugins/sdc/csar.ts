// Properties of a network slice template from its CSAR (TOSCA archive): entry definition → import of the service's interface →
// node type → properties that have a default. Everything in memory.
import { isJsonObject, type JsonObject, type JsonValue, own } from '../../lib/json.ts';
import { filled, objects } from '../aai/wire.ts';
import { readYaml, YamlError } from './yaml.ts';
import { openZip, type ZipArchive, ZipError } from './zip.ts';

/** The archive is not what SDC promises; the message is a few words for the reason of the dropped candidate. */
export class CsarError extends Error {}

const META = 'TOSCA-Metadata/TOSCA.meta';
const NODE_TYPE = 'org.openecomp';

/** Defaults by property name, as the model spells it. Throws CsarError. */
export async function readProperties(csar: Uint8Array, modelName: string): Promise<JsonObject> {
  try {
    const archive = openZip(csar);
    const entry = await entryDefinition(archive);
    const template = await yamlAt(archive, entry);
    const file = interfaceFile(template, modelName);
    return defaultsOf(await yamlAt(archive, placeOf(archive, entry, file)));
  } catch (error) {
    if (error instanceof ZipError) throw new CsarError(error.message);
    throw error;
  }
}

/** What TOSCA.meta names, else the only YAML file at the root. */
async function entryDefinition(archive: ZipArchive): Promise<string> {
  if (archive.names.includes(META)) {
    const meta = (await archive.read(META)).toString('utf8');
    const named = /^Entry-Definitions:[ \t]*(\S.*?)[ \t]*\r?$/m.exec(meta)?.[1];
    if (named !== undefined) return named;
  }
  const [only, another] = archive.names.filter((name) => /^[^/]+\.ya?ml$/i.test(name));
  if (only === undefined) throw new CsarError('the archive names no entry definition');
  if (another !== undefined)
    throw new CsarError('the archive has several YAML files at its root and names none of them');
  return only;
}

async function yamlAt(archive: ZipArchive, name: string): Promise<JsonValue> {
  const bytes = await archive.read(name);
  try {
    return readYaml(bytes.toString('utf8'));
  } catch (error) {
    if (error instanceof YamlError) throw new CsarError(`${name.slice(0, 120)} is no usable YAML: ${error.message}`);
    throw error;
  }
}

/** File of the last import whose name holds `service-{model name}-interface`. */
function interfaceFile(template: JsonValue, modelName: string): string {
  const wanted = `service-${modelName}-interface`;
  const imports = objects(own(template, 'imports')).flatMap((item) => Object.entries(item));
  const found = imports.filter(([name]) => name.includes(wanted)).at(-1)?.[1];
  const file = filled(isJsonObject(found) ? own(found, 'file') : found);
  if (file === null) throw new CsarError(`the service template has no import ${wanted.slice(0, 120)}`);
  return file;
}

/** Imports stand in `Definitions/`; in archives of other makers beside the entry definition. */
function placeOf(archive: ZipArchive, entry: string, file: string): string {
  const beside = `${entry.slice(0, entry.lastIndexOf('/') + 1)}${file}`;
  const usual = `Definitions/${file}`;
  return archive.names.includes(usual) || !archive.names.includes(beside) ? usual : beside;
}

/** Of the last node type that is SDC's own. */
function defaultsOf(definition: JsonValue): JsonObject {
  const types = own(definition, 'node_types');
  const found = isJsonObject(types) ? Object.entries(types).filter(([name]) => name.includes(NODE_TYPE)) : [];
  const type = found.at(-1)?.[1];
  if (type === undefined) throw new CsarError(`the interface has no node type ${NODE_TYPE}`);
  const properties = own(type, 'properties');
  const entries = isJsonObject(properties) ? Object.entries(properties) : [];
  return Object.fromEntries(
    entries.flatMap(([name, property]) => {
      const value = own(property, 'default');
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}
