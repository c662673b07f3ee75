// The published JavaScript client on a leash: one JSON command a line on stdin, one JSON event a line on stdout.
// Commands: {"do": "connect", "url", "token"?, "fresh"?}, {"do": "subscribe" | "unsubscribe" | "resubscribe",
// "channel"}, {"do": "ask", "method", "channel"}, {"do": "token", "token"} (the answer to "token_wanted").
// With the argument "protobuf" it is the client's other build.
import { createInterface } from 'node:readline';
import WebSocket from 'ws';

const packed = process.argv[2] === 'protobuf';
const { Centrifuge } = await import(packed ? 'centrifuge/build/protobuf' : 'centrifuge');

const tell = (event, about = {}) => process.stdout.write(JSON.stringify({ event, ...about }) + '\n');
const nothing = packed ? new Uint8Array() : {};
// Nothing is empty there.
const read = (data) => (data instanceof Uint8Array ? JSON.parse(new TextDecoder().decode(data) || 'null') : data);
let client = null;
let giveToken = null;

const askForToken = () =>
  new Promise((resolve) => {
    giveToken = resolve;
    tell('token_wanted');
  });

const commands = {
  connect({ url, token, fresh }) {
    const options = { websocket: WebSocket, minReconnectDelay: 50, maxReconnectDelay: 500 };
    client = new Centrifuge(url, token || fresh ? { ...options, token: token ?? '', getToken: askForToken } : options);
    for (const name of ['connecting', 'connected', 'disconnected', 'error'])
      client.on(name, (about) => tell(name, { ...about, error: about.error ?? null }));
    client.connect();
  },
  subscribe({ channel }) {
    const subscription = client.newSubscription(channel, { recoverable: true, positioned: true });
    for (const name of ['subscribing', 'subscribed', 'unsubscribed', 'publication', 'error'])
      subscription.on(name, (about) => tell(name, { ...about, data: read(about.data), channel }));
    subscription.subscribe();
  },
  unsubscribe: ({ channel }) => client.getSubscription(channel).unsubscribe(),
  resubscribe: ({ channel }) => client.getSubscription(channel).subscribe(),
  ask({ method, channel }) {
    const questions = {
      publish: () => client.publish(channel, nothing),
      rpc: () => client.rpc('greet', nothing),
      history: () => client.history(channel),
      stats: () => client.presenceStats(channel),
    };
    questions[method]().then(
      ({ numClients, numUsers }) => tell('answer', { method, clients: numClients, users: numUsers }),
      ({ code }) => tell('answer', { method, code }),
    );
  },
  token: ({ token }) => giveToken(token),
};

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const command = JSON.parse(line);
    commands[command.do](command);
  })
  .on('close', () => process.exit(0));
