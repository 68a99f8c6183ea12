// Amounts of memory and storage in the unit that MultiCloud counts in. All units are powers of 1024.
import { TemplateInvalidError } from '../../domain/errors.ts';

export type MemoryUnit = 'GB' | 'MB';

/** Bytes of each unit, by its upper-case name. */
const BYTES: ReadonlyMap<string, number> = new Map(
  ['', 'K', 'M', 'G', 'T', 'P'].flatMap((prefix, power) => [
    [`${prefix}B`, 1024 ** power],
    [`${prefix}IB`, 1024 ** power],
  ]),
);

/** The quantity in `unit`; one without a unit is taken to be in it already. Throws TEMPLATE_INVALID for an unknown unit. */
export function quantityIn(
  unit: MemoryUnit,
  what: 'Memory' | 'Storage',
  given: { readonly quantity: number; readonly unit: string },
): number {
  const name = given.unit.trim().toUpperCase();
  if (name === '') return given.quantity;
  const [from, to] = [BYTES.get(name), BYTES.get(unit)];
  if (from !== undefined && to !== undefined) return (given.quantity * from) / to;
  const known = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'].join(', ');
  const message = `Unit '${given.unit.slice(0, 40)}' of ${what} in a vim_fit request is not known (use one of ${known})`;
  throw new TemplateInvalidError([{ path: `request > ${what} > unit`, message }]);
}
