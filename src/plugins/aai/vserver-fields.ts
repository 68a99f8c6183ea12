// The `vservers` field of a vfmodule candidate: servers with their interfaces and addresses, as traffic distribution needs them.
import { type JsonObject, own } from '../../lib/json.ts';
import { isEntity, type Read } from './outcome.ts';
import { filled, nested, objects, text } from './wire.ts';

/** Servers by link, in that order; one without interfaces (or that is not known) is left out. */
export function vserverFields(links: readonly string[], vservers: Read): readonly JsonObject[] {
  return links.flatMap((link) => {
    const vserver = vservers.get(link);
    if (!isEntity(vserver)) return [];
    const interfaces = nested(vserver.object, 'l-interfaces', 'l-interface');
    if (interfaces.length === 0) return [];
    const { object } = vserver;
    return [
      {
        'vserver-id': text(own(object, 'vserver-id')),
        'vserver-name': text(own(object, 'vserver-name')),
        'l-interfaces': interfaces.map(interfaceFields),
      },
    ];
  });
}

/** What A&AI calls the network's name is the network's id to the clients of these candidates. */
function interfaceFields(object: JsonObject): JsonObject {
  return {
    'interface-id': text(own(object, 'interface-id')) ?? '',
    'interface-name': text(own(object, 'interface-name')) ?? '',
    macaddr: text(own(object, 'macaddr')) ?? '',
    'network-id': text(own(object, 'network-name')) ?? '',
    'network-name': '',
    'ipv4-addresses': addresses(object, 'l3-interface-ipv4-address'),
    'ipv6-addresses': addresses(object, 'l3-interface-ipv6-address'),
  };
}

function addresses(object: JsonObject, name: string): string[] {
  return objects(own(object, `${name}-list`)).flatMap((item) => filled(own(item, name)) ?? []);
}
