// The largest page a query may ask for, wherever the field is: `first` and `last`, as literals or through variables.
import { type ArgumentNode, type DocumentNode, type GraphQLError, Kind, type ValueNode, visit } from 'graphql';
import { limitError } from './document-limits.ts';

export type Variables = Readonly<Record<string, unknown>>;

interface PageSizes {
  readonly largest: number;
  /** Variables used as page sizes. */
  readonly variables: readonly string[];
  /** Their defaults where the document gives one. */
  readonly defaults: ReadonlyMap<string, number>;
}

/** Gives the complaint about a page that is too large, or null. What a document says is found out once. */
export function pageSizeCheck(limit: number): (document: DocumentNode, variables: Variables) => GraphQLError | null {
  const known = new WeakMap<DocumentNode, PageSizes>();
  return (document, variables) => {
    let sizes = known.get(document);
    if (!sizes) {
      sizes = findPageSizes(document);
      known.set(document, sizes);
    }
    const { defaults } = sizes;
    const asked = sizes.variables.map((name) =>
      Number(Object.hasOwn(variables, name) ? variables[name] : defaults.get(name)),
    );
    return [sizes.largest, ...asked].some((size) => size > limit)
      ? limitError(`A page has at most ${limit} entries.`)
      : null;
  };
}

function findPageSizes(document: DocumentNode): PageSizes {
  const variables: string[] = [];
  const defaults = new Map<string, number>();
  let largest = 0;
  visit(document, {
    Argument(node: ArgumentNode) {
      if (node.name.value !== 'first' && node.name.value !== 'last') return;
      if (node.value.kind === Kind.VARIABLE) variables.push(node.value.name.value);
      else largest = Math.max(largest, numberOf(node.value));
    },
    VariableDefinition(node) {
      if (node.defaultValue) defaults.set(node.variable.name.value, numberOf(node.defaultValue));
    },
  });
  return { largest, variables, defaults };
}

function numberOf(value: ValueNode): number {
  return value.kind === Kind.INT ? Number(value.value) : 0;
}
