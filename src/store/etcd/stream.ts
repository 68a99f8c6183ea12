// One raw watch stream: its answers in order, and the certainty that it is alive. A stream that says nothing is asked for its
// progress; when it does not answer in time it counts as broken, however healthy its connection looks.
import type { Etcd3, IDuplexStream, IWatchCreateRequest, IWatchRequest, IWatchResponse } from 'etcd3';
import type { Clock } from '../../lib/clock.ts';

export interface StreamTimes {
  readonly clock: Clock;
  /** Silence after which the stream is asked, in milliseconds. */
  readonly probeMs: number;
  /** Time for an answer, in milliseconds. */
  readonly timeoutMs: number;
}

/** Answers that wait to be taken before the sender is held back. */
const HIGH_WATER = 64;

/** The generated types know neither `fragment` nor the flow control that the stream has as a Node stream. */
type CreateRequest = IWatchCreateRequest & { readonly fragment: true };
type RawStream = IDuplexStream<IWatchRequest, IWatchResponse> & { pause?(): unknown; resume?(): unknown };

export class WatchStream {
  readonly #raw: RawStream;
  readonly #times: StreamTimes;
  readonly #answers: IWatchResponse[] = [];
  #failure: unknown = null;
  #wake: (() => void) | null = null;
  /** Not yet answered: the request to create the watch counts as the first question. */
  #asked = true;
  #paused = false;

  constructor(raw: RawStream, times: StreamTimes) {
    this.#raw = raw;
    this.#times = times;
    raw.on('data', (answer) => this.#receive(answer));
    raw.on('error', (error) => this.#fail(error));
    raw.on('end', () => this.#fail(new Error('the watch stream ended')));
  }

  static async open(client: Etcd3, request: CreateRequest, times: StreamTimes): Promise<WatchStream> {
    const stream = new WatchStream(await client.watchClient.watch(), times);
    stream.#raw.write({ create_request: request });
    return stream;
  }

  /** The next answer. Throws when the stream is broken or silent. */
  async next(): Promise<IWatchResponse> {
    for (;;) {
      const answer = this.#answers.shift();
      if (answer) {
        this.#flow();
        return answer;
      }
      if (this.#failure !== null) throw this.#failure;
      if ((await this.#wait(this.#asked ? this.#times.timeoutMs : this.#times.probeMs)) === 'time') this.#onSilence();
    }
  }

  /** Ends it without complaint; whoever waits for an answer is told. */
  stop(): void {
    this.#fail(new Error('the watch was stopped'));
    // Half-closed first: a cancelled open stream would count as a failure of the server and drop its other connections.
    this.#raw.end();
    this.#raw.cancel();
  }

  #receive(answer: IWatchResponse): void {
    this.#asked = false;
    this.#answers.push(answer);
    if (this.#answers.length >= HIGH_WATER && !this.#paused) {
      this.#paused = true;
      this.#raw.pause?.();
    }
    this.#wake?.();
  }

  #flow(): void {
    if (!this.#paused || this.#answers.length > 0) return;
    this.#paused = false;
    this.#raw.resume?.();
  }

  #onSilence(): void {
    if (this.#asked) {
      this.#fail(new Error('the watch stream is silent'));
      // As a failure: the next stream gets a new connection.
      this.#raw.cancel();
      return;
    }
    this.#asked = true;
    this.#raw.write({ progress_request: {} });
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#wake?.();
  }

  #wait(ms: number): Promise<'answer' | 'time'> {
    return new Promise((resolve) => {
      const done = (why: 'answer' | 'time') => {
        this.#wake = null;
        cancel();
        resolve(why);
      };
      const cancel = this.#times.clock.after(ms, () => done('time'));
      this.#wake = () => done('answer');
    });
  }
}
