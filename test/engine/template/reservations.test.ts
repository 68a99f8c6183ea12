// Reservations: both section names, split per demand, and their texts.
import { expect, test } from 'vitest';
import { messagesOf, parsed } from './support.ts';

const entry = (changes: object = {}) => ({
  service_model: 'ADIOD',
  service_candidates: {
    r1: {
      demands: ['vG', 'vB'],
      type: 'region_reservation',
      properties: { controller: 'SDN-C', request: { a: 1 } },
      ...changes,
    },
  },
});

test.each(['reservation', 'reservations'])('section %s is read', (key) => {
  const common = { name: 'r1', type: 'region_reservation', controller: 'SDN-C', request: { a: 1 } };
  expect(parsed({ [key]: entry() }).reservation).toEqual({
    serviceModel: 'ADIOD',
    entries: [
      { ...common, key: 'r1_vG', demand: 'vG' },
      { ...common, key: 'r1_vB', demand: 'vB' },
    ],
  });
});

test('one demand may be given as text; everything else may be left out', () => {
  expect(parsed({ reservation: { service_candidates: { r: { demands: 'vG' } } } }).reservation).toEqual({
    serviceModel: null,
    entries: [{ key: 'r_vG', name: 'r', demand: 'vG', type: null, controller: null, request: {} }],
  });
});

test.each([[{ foo: 1 }], [{}], [{ service_candidates: { r: { demands: [] } } }]])(
  '%j reserves nothing',
  (reservation) => {
    expect(parsed({ reservation }).reservation).toEqual({ serviceModel: null, entries: [] });
  },
);

test.each([
  [entry({ demands: ['vX'] }), 'Demand vX must be provided in demands section'],
  [entry({ demands: { a: 1 } }), 'Demand list for Reservation r1 must be a list of names or a string with one name'],
  [entry({ properties: 5 }), 'Properties of reservation r1 must be a dictionary'],
  [entry({ properties: { request: [] } }), 'Request of reservation r1 must be a dictionary'],
  [entry({ properties: { controller: 5 } }), 'Controller of reservation r1 must be a string, not 5'],
  [entry({ type: [] }), 'Type of reservation r1 must be a string, not []'],
  [{ service_model: 5 }, 'Service model of the reservation section must be a string, not 5'],
  [{ service_candidates: [] }, 'Service candidates of the reservation section must be a dictionary'],
  [{ service_candidates: { r: 5 } }, 'Reservation r must be a dictionary'],
])('%j', (reservation, message) => {
  expect(messagesOf({ reservation })).toEqual([message]);
});
