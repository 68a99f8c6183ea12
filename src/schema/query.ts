// Reading plans and checking templates.
import { node } from '../resolvers/node.ts';
import type { TemplateValidation } from '../resolvers/plans.ts';
import { plan, plans, validateTemplate } from '../resolvers/plans.ts';
import { builder } from './builder.ts';
import { PlanConnection } from './connections.ts';
import { PlanOrderEnum } from './enums.ts';
import { TemplateIssue } from './errors.ts';
import { PlanFilterInput } from './inputs.ts';
import { Node } from './node.ts';
import { Plan } from './plan/plan.ts';

const TemplateValidationType = builder.objectRef<TemplateValidation>('TemplateValidation').implement({
  description: 'What is wrong with a template, as far as that can be told without asking an inventory.',
  fields: (t) => ({
    valid: t.exposeBoolean('valid', { description: 'Whether no rule is broken.' }),
    issues: t.field({
      type: [TemplateIssue],
      description: 'Every broken rule.',
      resolve: (validation) => [...validation.issues],
    }),
  }),
});

builder.queryType({ description: 'Reading. Nothing here changes anything.' });

builder.queryFields((t) => ({
  plan: t.field({
    type: Plan,
    nullable: true,
    description: 'The plan with this id; null when there is none.',
    args: { id: t.arg.id({ required: true, description: 'UUID of the plan.' }) },
    resolve: plan,
  }),
  plans: t.field({
    type: PlanConnection,
    description: 'Plans by time of creation, page by page.',
    args: {
      filter: t.arg({ type: PlanFilterInput, description: 'Which plans; all when left out.' }),
      orderBy: t.arg({
        type: PlanOrderEnum,
        required: true,
        defaultValue: 'newest-first',
        description: 'Which come first.',
      }),
      first: t.arg.int({ required: true, defaultValue: 20, description: 'Plans in the page, from 1 to 100.' }),
      after: t.arg.string({ description: 'Cursor behind which the page begins.' }),
    },
    resolve: plans,
  }),
  node: t.field({
    type: Node,
    nullable: true,
    description: 'Any object by its global id; null when there is none.',
    args: { id: t.arg.id({ required: true, description: 'An `id` that this API gave.' }) },
    resolve: node,
  }),
  validateTemplate: t.field({
    type: TemplateValidationType,
    description: 'Checks a homing template without creating a plan or asking an inventory. Give one of its two forms.',
    args: {
      template: t.arg({ type: 'JSON', description: 'The homing template as a JSON object.' }),
      templateText: t.arg.string({ description: 'The homing template as YAML 1.1 or JSON text.' }),
      files: t.arg({ type: 'JSON', description: 'Contents for `get_file`, by name: a JSON object.' }),
    },
    resolve: validateTemplate,
  }),
}));
