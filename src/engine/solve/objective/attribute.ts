// attribute(demand, name): a field of the candidate, as a number.
import { own } from '../../../lib/json.ts';
import type { Measure, ObjectiveFunction } from './objective.ts';

export const attribute: ObjectiveFunction = {
  name: 'attribute',

  prepare({ params: [demand = ''], attribute: field }, problem) {
    if (field === null) {
      return { path: 'optimization', message: 'The function attribute expect the param attribute,but not found' };
    }
    if (!problem.demands.some(({ name }) => name === demand)) {
      return { path: 'optimization', message: `${demand} is not a valid demand name` };
    }
    const measure = (candidate: object): Measure | string => {
      const value = own(candidate, field);
      if (value === undefined || value === null) return `it has no attribute ${field}, which the objective needs`;
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
      if (typeof number === 'number' && Number.isFinite(number)) return { value: number };
      return `its attribute ${field} is not a number, which the objective needs`;
    };
    return { terms: [{ demand, location: null, attribute: field, late: true, measure }] };
  },
};
