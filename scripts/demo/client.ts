// A client of the gateway's public APIs: typed GraphQL over HTTP, a subscription over graphql-ws, and REST.
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type {
  CreatePlanMutation,
  PlanChangedSubscription,
  PlanExplanationQuery,
  PlanQuery,
  TypedDocumentString,
  WhatIfQuery,
} from '../../test/support/gql/graphql.ts';
import {
  CreatePlanDocument,
  PlanChangedDocument,
  PlanDocument,
  PlanExplanationDocument,
  WhatIfDocument,
} from '../../test/support/gql/graphql.ts';

export type PlanResult = NonNullable<PlanQuery['plan']>;
export type ExplainedPlan = NonNullable<PlanExplanationQuery['plan']>;
export type WhatIfResult = Extract<WhatIfQuery['whatIf'], { __typename: 'WhatIfSuccess' }>;
type CreatedPlan = Extract<CreatePlanMutation['createPlan'], { __typename: 'CreatePlanSuccess' }>['plan'];
type Change = Extract<PlanChangedSubscription['planChanged'], { __typename: 'PlanUpdated' }>;

export interface Client {
  createPlan(name: string, templateText: string): Promise<CreatedPlan>;
  /** Shows every event since the creation and resolves with the final status. */
  follow(plan: CreatedPlan, show: (event: Change['event']) => void): Promise<string>;
  plan(id: string): Promise<PlanResult>;
  /** Why it has no answer. */
  explanation(id: string): Promise<ExplainedPlan>;
  /** What would come out with the template patched. */
  whatIf(planId: string, templatePatch: object): Promise<WhatIfResult>;
  rest(path: string): Promise<unknown>;
  close(): Promise<void>;
}

const FINAL: ReadonlySet<string> = new Set(['DONE', 'NOT_FOUND', 'ERROR']);

export function connect(server: {
  readonly url: string;
  readonly username: string;
  readonly password: string;
}): Client {
  const authorization = `Basic ${Buffer.from(`${server.username}:${server.password}`).toString('base64')}`;
  const headers = { authorization, 'content-type': 'application/json', accept: 'application/json' };
  class AuthorizedSocket extends WebSocket {
    constructor(address: string, protocols?: string | string[]) {
      super(address, protocols, { headers: { authorization } });
    }
  }
  const socket = createClient({
    url: `${server.url.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: AuthorizedSocket,
    retryAttempts: 5,
  });

  async function execute<Result, Variables>(
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
  ): Promise<Result> {
    const body = JSON.stringify({ query: document.toString(), variables });
    const response = await fetch(`${server.url}/graphql`, { method: 'POST', headers, body });
    const answer = (await response.json()) as { data?: Result; errors?: readonly { message: string }[] };
    if (answer.errors || !answer.data)
      throw new Error(answer.errors?.map(({ message }) => message).join('; ') ?? `HTTP ${response.status}`);
    return answer.data;
  }

  return {
    async createPlan(name, templateText) {
      const { createPlan } = await execute(CreatePlanDocument, { input: { name, templateText } });
      if (createPlan.__typename === 'CreatePlanSuccess') return createPlan.plan;
      throw new Error(`${createPlan.code}: ${createPlan.message}`);
    },
    async follow({ id, cursor: after }, show) {
      const query = PlanChangedDocument.toString();
      const variables = { id, after };
      for await (const { data, errors } of socket.iterate<PlanChangedSubscription>({ query, variables })) {
        if (errors) throw new Error(errors.map(({ message }) => message).join('; '));
        const change = data?.planChanged;
        if (change?.__typename === 'PlanDeleted') throw new Error('the plan was deleted');
        if (change?.__typename !== 'PlanUpdated') continue;
        show(change.event);
        if (FINAL.has(change.event.to)) return change.event.to;
      }
      throw new Error('the subscription ended early');
    },
    async plan(id) {
      const { plan } = await execute(PlanDocument, { id });
      if (!plan) throw new Error(`plan ${id} is not there`);
      return plan;
    },
    async explanation(id) {
      const { plan } = await execute(PlanExplanationDocument, { id });
      if (!plan) throw new Error(`plan ${id} is not there`);
      return plan;
    },
    async whatIf(planId, templatePatch) {
      const { whatIf } = await execute(WhatIfDocument, { planId, templatePatch });
      if (whatIf.__typename === 'WhatIfSuccess') return whatIf;
      throw new Error(`${whatIf.code}: ${whatIf.message}`);
    },
    async rest(path) {
      const response = await fetch(`${server.url}${path}`, { headers });
      if (!response.ok) throw new Error(`GET ${path} answered ${response.status}`);
      return response.json();
    },
    close: async () => socket.dispose(),
  };
}
