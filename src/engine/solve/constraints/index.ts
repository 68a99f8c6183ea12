// Every constraint type that this engine evaluates. A new type is one file and one line here.
import { createRegistry } from '../framework/registry.ts';
import { attribute } from './attribute.ts';
import { distanceBetweenDemands } from './distance-between-demands.ts';
import { distanceToLocation } from './distance-to-location.ts';
import { hpa } from './hpa.ts';
import { instanceFit } from './instance-fit.ts';
import { inventoryGroup } from './inventory-group.ts';
import { regionFit } from './region-fit.ts';
import { threshold } from './threshold.ts';
import { vimFit } from './vim-fit.ts';
import { zone } from './zone.ts';

export const constraintTypes = createRegistry([
  distanceToLocation,
  zone,
  attribute,
  hpa,
  inventoryGroup,
  vimFit,
  instanceFit,
  regionFit,
  threshold,
  distanceBetweenDemands,
]);
