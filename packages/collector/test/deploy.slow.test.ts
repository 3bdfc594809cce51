// What examples/deploy promises: the packed collector runs as an unprivileged user from a folder that
// nobody writes to, and behind nginx and Caddy, as their examples set them up.

import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import WebSocket, { type ClientOptions } from 'ws';
import { ADMIN, batchOf, type Collector, event, startCollector, TOKEN } from './support/collector';

const ROOT = resolve(import.meta.dirname, '../../..');
const DEPLOY = join(ROOT, 'examples/deploy');
const read = (name: string) => readFileSync(join(DEPLOY, name), 'utf8');
const has = (program: string) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
const isRoot = process.getuid?.() === 0;
const NOBODY = 65_534;

const work = mkdtempSync(join(tmpdir(), 'deploy-'));
chmodSync(work, 0o755);
const children: ChildProcess[] = [];
afterAll(async () => {
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const ended = new Promise((done) => child.on('exit', done));
    child.kill('SIGTERM'); // nginx takes its worker with it
    await ended;
  }
  rmSync(work, { recursive: true, force: true });
});

const freePort = () =>
  new Promise<number>((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => done(port));
    });
  });

describe('the packed collector', () => {
  const folder = join(work, 'pack');
  beforeAll(() => {
    execFileSync(process.execPath, ['scripts/pack-collector.mjs', folder], { cwd: ROOT });
  }, 180_000);

  /** The command of the unit and of the image, with the folder put in for /opt/onramp-collector. */
  const commands = {
    systemd: /^ExecStart=\/usr\/bin\/node (.*)$/m
      .exec(read('systemd/onramp-collector.service'))![1]!
      .split(' '),
    image: [
      ...(JSON.parse(/^ENTRYPOINT (\[.*\])$/m.exec(read('Containerfile'))![1]!) as string[]).slice(
        1,
      ),
      ...(JSON.parse(/^CMD (\[.*\])$/m.exec(read('Containerfile'))![1]!) as string[]),
    ],
  };

  it('starts by one command, the same in the unit and in the image', () => {
    expect(commands.image).toEqual(commands.systemd);
  });

  it.skipIf(!isRoot)(
    'runs as a user who owns the data alone, answers its health check, and ends with 0',
    async () => {
      const data = join(work, 'data');
      execFileSync('mkdir', ['-m', '700', data]);
      chownSync(data, NOBODY, NOBODY);
      const port = String(await freePort());
      const own = (args: string[]) =>
        args.map((arg) => arg.replace('/opt/onramp-collector', folder));
      const options = {
        uid: NOBODY,
        gid: NOBODY,
        cwd: '/',
        env: {
          COLLECTOR_HOST: '0.0.0.0',
          COLLECTOR_PORT: port,
          COLLECTOR_DATA: data,
          COLLECTOR_ADMIN_TOKEN: ADMIN,
          COLLECTOR_PROJECT_TOKEN: TOKEN,
        },
      };
      const before = execFileSync('find', [folder, '-newer', join(folder, 'package.json')]);
      const child = spawn(process.execPath, own(commands.systemd), options);
      children.push(child);
      let output = '';
      child.stdout.on('data', (piece) => {
        output += piece;
      });
      child.stderr.on('data', (piece) => {
        output += piece;
      });
      await vi.waitFor(() => expect(output).toContain('listening on'), 20_000);
      const url = `http://127.0.0.1:${port}`;
      const send = (body: unknown) =>
        fetch(`${url}/batch/`, { method: 'POST', body: JSON.stringify(body) });
      expect((await send(batchOf(event()))).status).toBe(200);
      expect(await (await fetch(url)).text()).toContain('<html');
      const check = JSON.parse(/^ {2}CMD (\[.*\])$/m.exec(read('Containerfile'))![1]!) as string[];
      const health = () =>
        spawnSync(process.execPath, own(check.slice(1)), { ...options, encoding: 'utf8' });
      expect(health()).toMatchObject({ status: 0, stdout: expect.stringContaining('ok') });
      const ended = new Promise<number | null>((done) => child.on('close', done));
      child.kill('SIGTERM');
      expect(await ended).toBe(0);
      expect(health()).toMatchObject({ status: 1, stderr: expect.stringContaining(port) });
      const after = execFileSync('find', [folder, '-newer', join(folder, 'package.json')]);
      expect(String(after)).toBe(String(before));
    },
    60_000,
  );

  it('is not written over an older one', () => {
    const again = spawnSync(process.execPath, ['scripts/pack-collector.mjs', folder], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect(again.status).toBe(1);
    expect(again.stderr).toContain('nothing is overwritten');
  });
});

describe.skipIf(!has('systemd-analyze'))('the systemd units', () => {
  const units = ['', '-health', '-backup'].map((part) =>
    join(DEPLOY, `systemd/onramp-collector${part}.service`),
  );

  it('are understood by systemd, every line', () => {
    const timers = units.slice(1).map((unit) => unit.replace('.service', '.timer'));
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', ...units, ...timers], {
      encoding: 'utf8',
    });
    // Where Node or find is somewhere else, systemd says so; that is this machine's matter.
    const lines = stderr.split('\n').filter((line) => line && !line.includes('is not executable'));
    expect(lines).toEqual([]);
    if (stderr === '') expect(status).toBe(0);
  });

  it.each(units)('leave little to whoever takes over the process: %s', (unit) => {
    const args = ['security', '--offline=yes', '--threshold=25', '--no-pager', unit];
    expect(spawnSync('systemd-analyze', args, { encoding: 'utf8' })).toMatchObject({ status: 0 });
  });
});

interface Proxy {
  readonly port: number;
  /** Where it could write about requests. */
  readonly log: string;
}

const certificate = { key: join(work, 'key.pem'), file: join(work, 'certificate.pem') };

/** nginx, with the example as it is but for ports and paths. */
async function startNginx(upstream: string): Promise<Proxy> {
  const [port, plain] = [await freePort(), await freePort()];
  const log = join(work, 'nginx-error.log');
  const site = read('nginx.conf')
    .replaceAll('127.0.0.1:8010', upstream)
    .replaceAll(/^ *listen \[::\].*\n/gm, '')
    .replace('listen 443 ', `listen 127.0.0.1:${port} `)
    .replace('listen 80;', `listen 127.0.0.1:${plain};`)
    .replace(/ssl_certificate .*/, `ssl_certificate ${certificate.file};`)
    .replace(/ssl_certificate_key .*/, `ssl_certificate_key ${certificate.key};`)
    .replace('/var/log/nginx/collector.log', log);
  const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${work}/nginx-${name};`)
    .join('\n');
  const config = join(work, 'nginx.conf');
  writeFileSync(
    config,
    `daemon off; ${isRoot ? 'user root;' : ''} worker_processes 1; pid ${work}/nginx.pid; error_log stderr crit;
     events {} http { access_log ${work}/nginx-access.log; ${folders}\n${site}\n}`,
  );
  children.push(spawn('nginx', ['-e', 'stderr', '-c', config], { stdio: 'ignore' }));
  await isListening(port);
  return { port, log: join(work, 'nginx-access.log') };
}

/** Caddy, with the example as it is; the site's name asks it to make a certificate of its own. */
async function startCaddy(upstream: string): Promise<Proxy> {
  const [port, plain] = [await freePort(), await freePort()];
  const config = join(work, 'Caddyfile');
  const options = [
    'admin off',
    `http_port ${plain}`,
    'default_bind 127.0.0.1',
    'skip_install_trust',
    'local_certs',
  ];
  writeFileSync(config, read('Caddyfile').replace('{\n', `{\n${options.join('\n')}\n`));
  const child = spawn('caddy', ['run', '--adapter', 'caddyfile', '--config', config], {
    env: {
      PATH: process.env.PATH,
      HOME: work,
      XDG_DATA_HOME: join(work, 'caddy-data'),
      SITE: `https://stats.example.org:${port}`,
      COLLECTOR: upstream,
    },
  });
  const log = join(work, 'caddy.log');
  child.stderr.on('data', (piece) => writeFileSync(log, piece, { flag: 'a' }));
  children.push(child);
  await isListening(port);
  return { port, log };
}

const isListening = (port: number) =>
  vi.waitFor(async () => expect((await ask(port, 'GET', '/health')).status).toBe(200), 20_000);

/** Asks over TLS, as the site; a client may send whatever headers it likes. */
function ask(
  port: number,
  method: string,
  path: string,
  body?: string | Buffer,
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: Record<string, unknown>; text: string }> {
  return new Promise((done, fail) => {
    const sent = request(
      {
        port,
        method,
        path,
        host: '127.0.0.1',
        servername: 'stats.example.org',
        rejectUnauthorized: false,
        headers: { host: 'stats.example.org', ...headers },
      },
      (answer) => {
        let text = '';
        answer.on('data', (piece) => {
          text += piece;
        });
        answer.on('end', () => done({ status: answer.statusCode!, headers: answer.headers, text }));
      },
    );
    sent.on('error', fail);
    sent.end(body);
  });
}

describe.each([
  ['nginx', startNginx],
  ['caddy', startCaddy],
] as const)('behind %s', (name, start) => {
  describe.skipIf(!has(name) || !has('openssl'))('set up as in the example', () => {
    let collector: Collector;
    let proxy: Proxy;
    beforeAll(async () => {
      if (!existsSync(certificate.file)) {
        const { key, file } = certificate;
        const subject = ['-subj', '/CN=stats.example.org', '-keyout', key, '-out', file];
        execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...subject], {
          stdio: 'ignore',
        });
      }
      collector = await startCollector({ COLLECTOR_TRUST_PROXY: '1' });
      proxy = await start(new URL(collector.url).host);
    }, 60_000);
    afterAll(async () => {
      await collector.stop();
    });
    const json = { 'content-type': 'application/json', origin: 'https://stats.example.org' };
    const logIn = (token: string, headers: Record<string, string> = {}) =>
      ask(proxy.port, 'POST', '/api/v1/login', JSON.stringify({ token }), { ...json, ...headers });

    it('events arrive, also 19 MB at once; 21 MB are refused', async () => {
      const send = (body: string) => ask(proxy.port, 'POST', '/batch/', body, json);
      expect((await send(JSON.stringify(batchOf(event())))).status).toBe(200);
      const pad = () => event({ properties: { pad: 'x'.repeat(9_500) } });
      const batch = JSON.stringify(batchOf(...Array.from({ length: 1_950 }, pad)));
      expect(batch.length).toBeGreaterThan(18.5e6);
      expect((await send(batch)).status).toBe(200);
      // Not a connection that is reset, nor the 502 that a proxy makes of one: SDKs would send it again.
      for (let n = 0; n < 5; n++) {
        expect((await send(' '.repeat(21 * 1024 * 1024))).status).toBe(413);
      }
    });

    it('whoever logs in gets a cookie for TLS alone, and sees new events live', async () => {
      const { status, headers } = await logIn(ADMIN);
      expect(status).toBe(200);
      const cookie = String((headers['set-cookie'] as string[])[0]);
      expect(cookie).toMatch(/; Secure/);
      // Its types do not know `servername`; it hands it on to TLS.
      const options: ClientOptions & { servername: string } = {
        rejectUnauthorized: false,
        servername: 'stats.example.org',
        headers: { host: 'stats.example.org', cookie: cookie.split(';')[0]!, origin: json.origin },
      };
      const socket = new WebSocket(`wss://127.0.0.1:${proxy.port}/api/v1/live`, options);
      const told = new Promise<string>((done, fail) => {
        socket.on('message', (data) => done(String(data)));
        socket.on('error', fail);
      });
      await new Promise((done) => socket.on('open', done));
      await ask(proxy.port, 'POST', '/batch/', JSON.stringify(batchOf(event())), json);
      expect(await told).toContain('command_executed');
      socket.close();
    });

    it('a client cannot choose its own address, and is told nothing that is for admins', async () => {
      const statuses: number[] = [];
      for (let n = 0; n < 14; n++) {
        statuses.push((await logIn('a guess', { 'x-forwarded-for': `198.51.100.${n}` })).status);
      }
      // The test before has used one of the ten attempts.
      expect(statuses.filter((status) => status === 401)).toHaveLength(9);
      expect(statuses.at(-1)).toBe(429);
      for (const path of ['/metrics', '/api/v1/summary', '/api/v1/export']) {
        expect((await ask(proxy.port, 'GET', path)).status, path).toBe(401);
      }
      expect(JSON.parse((await ask(proxy.port, 'GET', '/health')).text)).toEqual({ status: 'ok' });
    });

    it('no address of a client is written down', async () => {
      await ask(proxy.port, 'POST', '/batch/', '{', { ...json, 'x-forwarded-for': '203.0.113.77' });
      const log = existsSync(proxy.log) ? readFileSync(proxy.log, 'utf8') : '';
      expect(log).not.toContain('203.0.113.77');
      expect(log).not.toMatch(/"(remote_ip|client_ip)"/);
      expect(log).not.toContain('POST /batch/');
      expect(collector.output()).not.toContain('203.0.113.77');
    });
  });
});
