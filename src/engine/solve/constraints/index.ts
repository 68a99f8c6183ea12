// Every constraint type that this engine evaluates. A new type is one file and one line here.
import { createRegistry } from '../framework/registry.ts';
import { attribute } from './attribute.ts';
import { distanceBetweenDemands } from './distance-between-demands.ts';
import { distanceToLocation } from './distance-to-location.ts';
import { instanceFit } from './instance-fit.ts';
import { regionFit } from './region-fit.ts';
import { threshold } from './threshold.ts';
import { zone } from './zone.ts';

export const constraintTypes = createRegistry([
  distanceToLocation,
  zone,
  attribute,
  instanceFit,
  regionFit,
  threshold,
  distanceBetweenDemands,
]);
