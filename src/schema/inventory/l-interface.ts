// Network interfaces of virtual machines.
import type { LInterface } from '../../domain/inventory.ts';
import { builder } from '../builder.ts';

export const LInterfaceType = builder.objectRef<LInterface>('LInterface').implement({
  description: 'A network interface of a virtual machine.',
  fields: (t) => ({
    interfaceName: t.exposeString('interfaceName', { description: 'Name within the virtual machine.' }),
    interfaceId: t.exposeString('interfaceId', { nullable: true, description: 'Id.' }),
    macaddr: t.exposeString('macaddr', { nullable: true, description: 'Hardware address.' }),
    networkName: t.exposeString('networkName', { nullable: true, description: 'Network that it is attached to.' }),
    ipv4Addresses: t.stringList({ description: 'IPv4 addresses.', resolve: (one) => [...one.ipv4Addresses] }),
    ipv6Addresses: t.stringList({ description: 'IPv6 addresses.', resolve: (one) => [...one.ipv6Addresses] }),
  }),
});
