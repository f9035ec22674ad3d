export { type Authorize, type AuthorizeRequest } from './auth/authorize.ts';
export { type Principal, type Scope } from './auth/principal.ts';
export { type Bridge } from '../bridges/bridge.ts';
export { createHandler } from './create-handler.ts';
export { createNodeListener } from './create-node-listener.ts';
export { type HandlerOptions } from './options.ts';
export { type RunView } from './run-view.ts';
export { serveHttp, type HttpServer, type ServeHttpOptions } from './serve-http.ts';
