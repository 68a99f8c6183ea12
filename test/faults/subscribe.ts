// One look at a plan's subscription: its first item, or the error that refuses it.
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { type Api, AUTHORIZATION } from './api.ts';

const QUERY = `subscription ($id: ID!, $after: String) {
  planChanged(id: $id, after: $after) { __typename cursor ... on Gap { reason } }
}`;

class AuthorizedSocket extends WebSocket {
  constructor(address: string, protocols?: string | string[]) {
    super(address, protocols, { headers: { authorization: AUTHORIZATION } });
  }
}

export interface FirstItem {
  readonly __typename: string;
  readonly cursor: string;
}

/** Throws an Error with the GraphQL errors when the subscription is refused. */
export async function subscribe(api: Api, id: string, after: string | null): Promise<FirstItem> {
  const url = `${api.url.replace(/^http/, 'ws')}/graphql`;
  const client = createClient({ url, webSocketImpl: AuthorizedSocket, retryAttempts: 0 });
  try {
    const items = client.iterate<{ planChanged: FirstItem }>({ query: QUERY, variables: { id, after } });
    for await (const { data, errors } of items) {
      if (errors) throw new Error(JSON.stringify(errors));
      if (data) return data.planChanged;
    }
    throw new Error('the subscription ended without an item');
  } finally {
    client.terminate();
  }
}
