// region_fit: only cloud candidates are asked about, the others pass.
import { capacityFit } from './capacity-fit.ts';

export const regionFit = capacityFit('region_fit', 8, 'cloud');
