import { createServer, type Server, type Socket } from 'node:net';

/** A place that hooks with a network call, so that a test knows they run and says when they may end. */
export interface Probe {
  /** A shell command that calls and waits for the answer. */
  readonly call: string;
  /** How often it was called. */
  readonly calls: () => number;
  /** Lets those go that wait, and all who call later. */
  release(): void;
  close(): void;
}

export async function openProbe(): Promise<Probe> {
  const waiting: Socket[] = [];
  let calls = 0;
  let released = false;
  const server: Server = createServer((socket) => {
    calls++;
    socket.on('error', () => undefined);
    if (released) socket.end('go\n');
    else waiting.push(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const script = `socket(my $s, PF_INET, SOCK_STREAM, 0) or die $!; connect($s, sockaddr_in(${port}, inet_aton("127.0.0.1"))) or die $!; <$s> eq "go\\n" or die "not released"`;
  const release = () => {
    released = true;
    for (const socket of waiting.splice(0)) socket.end('go\n');
  };
  return {
    call: `perl -MSocket -e '${script}'`,
    calls: () => calls,
    release,
    close: () => {
      release();
      server.close();
    },
  };
}
