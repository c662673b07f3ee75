// The published JavaScript client on a leash: one JSON command a line on stdin, one JSON event a line on stdout.
// Commands: {"do": "connect", "url", "token"?}, {"do": "subscribe", "channel", "since"?, "recoverable"?},
// {"do": "unsubscribe" | "resubscribe", "channel"}, {"do": "disconnect"}, {"do": "token", "token"} (the answer
// to the event "token_wanted").
import { createInterface } from 'node:readline';
import { Centrifuge } from 'centrifuge';
import WebSocket from 'ws';

const tell = (event, about = {}) => process.stdout.write(JSON.stringify({ event, ...about }) + '\n');
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
  subscribe({ channel, since, recoverable }) {
    const subscription = client.newSubscription(channel, { since, recoverable: recoverable ?? true });
    for (const name of ['subscribing', 'subscribed', 'unsubscribed', 'publication', 'error'])
      subscription.on(name, (about) => tell(name, { ...about, channel }));
    subscription.subscribe();
  },
  unsubscribe: ({ channel }) => client.getSubscription(channel).unsubscribe(),
  resubscribe: ({ channel }) => client.getSubscription(channel).subscribe(),
  stats: ({ channel }) =>
    client.getSubscription(channel).presenceStats().then(
      (stats) => tell('stats', stats),
      (error) => tell('refused', { code: error.code }),
    ),
  disconnect: () => client.disconnect(),
  token: ({ token }) => giveToken(token),
};

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const command = JSON.parse(line);
    commands[command.do](command);
  })
  .on('close', () => process.exit(0));
