// The layering rules, one for each row of scripts/layers.mjs, and no cycles.
import { LAYERS, PACKAGE_HOMES } from './scripts/layers.mjs';

const literal = (path) => path.replaceAll('.', '\\.');

/** A folder inside another layer's folder (engine/template in engine) is a layer of its own. */
const inner = (folder) => LAYERS.map((layer) => layer.folder).filter((other) => other.startsWith(`${folder}/`));

const layerRules = LAYERS.map(({ folder, may }) => ({
  name: `layer ${folder}`,
  comment: `${folder} may import only: ${may.join(', ') || 'nothing'} (ARCHITECTURE.md)`,
  severity: 'error',
  from: {
    path: `^${folder}/`,
    ...(inner(folder).length > 0 ? { pathNot: inner(folder).map((path) => `^${path}/`) } : {}),
  },
  to: { path: '^(src|test|scripts)/', pathNot: [folder, ...may].map((path) => `^${literal(path)}`) },
}));

const homes = [
  ...LAYERS.flatMap(({ folder, packages }) => (packages ?? []).map((name) => [name, [folder]])),
  ...Object.entries(PACKAGE_HOMES),
];
const packageRules = homes.map(([name, places]) => ({
  name: `package ${name}`,
  comment: `${name} is used in ${places.join(' and ')} alone (ARCHITECTURE.md)`,
  severity: 'error',
  from: { path: '^src/', pathNot: places.map((place) => `^${literal(place)}`) },
  to: { path: `^node_modules/${name}/` },
}));

export default {
  forbidden: [
    { name: 'no cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'simulators stand alone',
      severity: 'error',
      from: { path: '^test/sim/' },
      to: { path: '(^src/|node_modules)' },
    },
    {
      name: 'src never imports tests or scripts',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|scripts)/' },
    },
    ...layerRules,
    ...packageRules,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.mjs', '.js'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
};
