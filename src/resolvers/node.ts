// Global ids. A plan's id is its bare UUID, the same that REST uses; every other object's is `<kind>:<key>` with each part of
// the key percent-encoded. The two never meet, because a plan id holds no colon. Clients treat all of them as opaque.
import type {
  CloudRegion,
  Complex,
  Customer,
  GenericVnf,
  Pserver,
  ServiceInstance,
  Vserver,
} from '../domain/inventory.ts';
import type { PlanRecord } from '../domain/plan.ts';
import type { GraphqlContext } from './context.ts';
import type { Loaders } from './loaders.ts';

export type NodeValue =
  | PlanRecord
  | Complex
  | CloudRegion
  | GenericVnf
  | Vserver
  | Pserver
  | ServiceInstance
  | Customer;

interface NodeKind {
  readonly typeName: string;
  /** Before the colon; empty for plans. */
  readonly prefix: string;
  /** A property that no kind listed later has. */
  readonly mark: string;
  readonly keyOf: (value: NodeValue) => readonly string[];
  readonly load: (loaders: Loaders, key: readonly [string, ...string[]]) => Promise<NodeValue | null>;
}

function kind<T extends NodeValue>(
  prefix: string,
  typeName: string,
  mark: keyof T & string,
  keyOf: (value: T) => readonly string[],
  load: NodeKind['load'],
): NodeKind {
  return { prefix, typeName, mark, keyOf: (value) => keyOf(value as T), load };
}

/** More telling marks first: a server has a physical location too, but only a complex has no other mark. */
const KINDS: readonly NodeKind[] = [
  kind<PlanRecord>(
    '',
    'Plan',
    'head',
    ({ head }) => [head.id],
    (all, [id]) => all.plan.load(id),
  ),
  kind<Vserver>(
    'vserver',
    'Vserver',
    'link',
    (one) => [one.link],
    (all, [link]) => all.vserver.load(link),
  ),
  kind<Pserver>(
    'pserver',
    'Pserver',
    'hostname',
    (one) => [one.hostname],
    (all, [name]) => all.pserver.load(name),
  ),
  kind<CloudRegion>(
    'cloud-region',
    'CloudRegion',
    'cloudRegionId',
    (one) => [one.cloudOwner, one.cloudRegionId],
    async (all, [cloudOwner, cloudRegionId]) =>
      cloudRegionId ? all.cloudRegion.load({ cloudOwner, cloudRegionId }) : null,
  ),
  kind<GenericVnf>(
    'generic-vnf',
    'GenericVnf',
    'vnfId',
    (one) => [one.vnfId],
    (all, [id]) => all.genericVnf.load(id),
  ),
  kind<ServiceInstance>(
    'service-instance',
    'ServiceInstance',
    'serviceInstanceId',
    (one) => [one.serviceInstanceId],
    (all, [id]) => all.serviceInstance.load(id),
  ),
  kind<Customer>(
    'customer',
    'Customer',
    'globalCustomerId',
    (one) => [one.globalCustomerId],
    (all, [id]) => all.customer.load(id),
  ),
  kind<Complex>(
    'complex',
    'Complex',
    'physicalLocationId',
    (one) => [one.physicalLocationId],
    (all, [id]) => all.complex.load(id),
  ),
];

function kindOf(value: NodeValue): NodeKind | undefined {
  return KINDS.find((kind) => Object.hasOwn(value, kind.mark));
}

/** The GraphQL type of a node's value. */
export function nodeTypeOf(value: NodeValue): string | undefined {
  return kindOf(value)?.typeName;
}

export function nodeIdOf(value: NodeValue): string {
  const kind = kindOf(value);
  const key = kind?.keyOf(value).map(kind.prefix === '' ? String : encodeURIComponent) ?? [];
  return kind?.prefix ? `${kind.prefix}:${key.join('/')}` : key.join('');
}

/** The object with this id; null when there is none, whatever the text. */
export async function node(_: unknown, args: { readonly id: string }, ctx: GraphqlContext): Promise<NodeValue | null> {
  const [prefix, ...rest] = args.id.includes(':') ? args.id.split(':') : ['', args.id];
  const kind = KINDS.find((one) => one.prefix === prefix);
  const [first, ...others] = decodeKey(rest.join(':')) ?? [];
  return kind && first ? kind.load(ctx.loaders(), [first, ...others]) : null;
}

function decodeKey(text: string): readonly string[] | null {
  try {
    return text.split('/').map(decodeURIComponent);
  } catch {
    return null; // not percent-encoding: no id of this API
  }
}
