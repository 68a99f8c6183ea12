// The REST API under /v1, compatible with OOF-HAS 2.3.1. See routes.ts for the table of endpoints.
export { type Authenticate, createBasicAuth, isUnauthorized } from './basic-auth.ts';
export { createRestHandler, type RestHandler } from './handler.ts';
export { MAX_JSON_DEPTH, shapeExcess } from './json-depth.ts';
export { transactionId } from './request-headers.ts';
export { routeLabel } from './routes.ts';
export {
  type FindDuplicateKey,
  header,
  type RequestHeaders,
  type RestDependencies,
  type RestRequest,
  type RestResponse,
  type RestSettings,
} from './types.ts';
