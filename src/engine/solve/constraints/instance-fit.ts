// instance_fit: only service candidates are asked about, the others pass.
import { capacityFit } from './capacity-fit.ts';

export const instanceFit = capacityFit('instance_fit', 7, 'service');
