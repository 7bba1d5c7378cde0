/** Serves `dist` and a world on 127.0.0.1, in the test's own process. */
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Me, ReleaseAction } from '../../src/api/types';
import { Refused, type World } from './world';

const DIST = fileURLToPath(new URL('../../dist', import.meta.url));
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
};

export interface Running {
  url: string;
  close(): Promise<void>;
}

export async function serve(world: World): Promise<Running> {
  const server = createServer((request, response) => {
    answer(world, request, response).catch((error: unknown) => refuse(response, error));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, close: () => stop(server) };
}

function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((closed) => server.close(() => closed()));
}

async function answer(world: World, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  if (!url.pathname.startsWith('/api/v1/')) return file(url.pathname, response);
  const me = person(request);
  // Its connections stand, and nothing comes.
  if (world.mute) return;
  const path = url.pathname.slice('/api/v1'.length);
  if (request.method === 'POST' || request.method === 'DELETE') {
    return json(response, act(world, me, request.method, path, await body(request)), response);
  }
  if (path === '/me') {
    if (!me) throw new Refused(401, 'nobody is signed in');
    return json(response, me);
  }
  if (world.options.closed && !me) throw new Refused(401, 'nobody is signed in', 'Sign in.');
  if (path === '/state') return json(response, world.state(url.searchParams.get('at')));
  if (path === '/stream') return stream(world, response);
  const history = /^\/objects\/([^/]+)\/history$/.exec(path);
  if (history) return json(response, world.history(decodeURIComponent(history[1]!)));
  throw new Refused(404, `no such path: ${path}`);
}

interface Asked {
  name?: string;
  secret?: string;
  object?: string;
  subject?: string;
  minutes?: number;
  reason?: string;
  action?: ReleaseAction;
  sha256?: string;
  code?: string;
}

function act(world: World, me: Me | null, method: string, path: string, asked: Asked): unknown {
  if (path === '/session') {
    if (method === 'DELETE') return { cookie: null };
    const signed = world.signIn(asked.name ?? '', asked.secret ?? '');
    return { ...signed, cookie: signed };
  }
  if (!me) throw new Refused(401, 'nobody is signed in', 'Sign in.');
  if (path === '/actions/acknowledge') return world.acknowledge(me, asked.object!) ?? {};
  if (path === '/actions/shelve') return world.shelve(me, asked.subject!, asked.minutes!, asked.reason!) ?? {};
  const step = /^\/warnings\/([^/]+)\/(prepare|confirm)$/.exec(path);
  if (!step) throw new Refused(404, `no such path: ${path}`);
  const warning = decodeURIComponent(step[1]!);
  return step[2] === 'prepare'
    ? world.prepare(me, warning, asked.action!)
    : world.confirm(me, warning, asked.action!, asked.sha256!, asked.code!);
}

function person(request: IncomingMessage): Me | null {
  const cookie = /(?:^|; )person=([^;]+)/.exec(request.headers.cookie ?? '');
  return cookie ? (JSON.parse(decodeURIComponent(cookie[1]!)) as Me) : null;
}

function json(response: ServerResponse, value: unknown, cookies?: ServerResponse): void {
  const said = value as { cookie?: Me | null };
  if (cookies && 'cookie' in said) {
    const text = said.cookie ? encodeURIComponent(JSON.stringify(said.cookie)) : '';
    response.setHeader('set-cookie', `person=${text}; HttpOnly; SameSite=Strict; Path=/${text ? '' : '; Max-Age=0'}`);
  }
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(value));
}

function stream(world: World, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  response.write(':hello\n\n');
  const stop = world.listen((name, data, id) => {
    const number = id === null ? '' : `id: ${id}\n`;
    response.write(`${number}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
  });
  response.on('close', stop);
  world.tick();
}

function file(path: string, response: ServerResponse): void {
  const found = join(DIST, normalize(path === '/' ? '/index.html' : path));
  if (!found.startsWith(DIST) || !existsSync(found)) throw new Refused(404, `no such file: ${path}`);
  response.setHeader('content-type', TYPES[extname(found)] ?? 'application/octet-stream');
  response.end(readFileSync(found));
}

async function body(request: IncomingMessage): Promise<Asked> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return parts.length > 0 ? (JSON.parse(Buffer.concat(parts).toString()) as Asked) : {};
}

function refuse(response: ServerResponse, error: unknown): void {
  const status = error instanceof Refused ? error.status : 500;
  const remedy = error instanceof Refused ? error.remedy : undefined;
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ error: String((error as Error).message), remedy }));
}
