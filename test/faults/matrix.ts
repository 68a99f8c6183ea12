// The fault matrix: what goes wrong, and what is expected then. Cases are named `F<number> …`; docs/reliability.md is written from
// this table and from what the cases recorded.

export type Group = 'store' | 'workers' | 'upstreams' | 'abuse';

export interface Fault {
  readonly group: Group;
  readonly fault: string;
  readonly expected: string;
  /** Part of the short form that `npm test` runs. */
  readonly short?: true;
}

const store = (fault: string, expected: string, short?: true): Fault => ({
  group: 'store',
  fault,
  expected,
  ...(short ? { short } : {}),
});
const workers = (fault: string, expected: string, short?: true): Fault => ({
  ...store(fault, expected, short),
  group: 'workers',
});
const upstreams = (fault: string, expected: string, short?: true): Fault => ({
  ...store(fault, expected, short),
  group: 'upstreams',
});
const abuse = (fault: string, expected: string, short?: true): Fault => ({
  ...store(fault, expected, short),
  group: 'abuse',
});

const TAKEN_OVER =
  'another worker takes over within the lease and ends the plan with the same answer; nothing is counted as a failure';

export const FAULTS: ReadonlyMap<number, Fault> = new Map([
  [
    1,
    store(
      'kill -9 of the etcd leader while plans run',
      'all plans end; writes stall for one election at the most',
      true,
    ),
  ],
  [2, store('a gateway is cut off from the etcd leader alone', 'it goes on through another member within 5 s')],
  [
    3,
    store(
      'etcd without a quorum for 60 s',
      'creates and reads answer 503 (creates with Retry-After), readiness names the store; everything recovers by itself',
    ),
  ],
  [
    4,
    store(
      'SIGSTOP of one etcd member, then of all',
      'no call hangs beyond its deadline; detected within 15 s; recovers after SIGCONT',
    ),
  ],
  [
    5,
    store(
      'history compacted past the resume point while a gateway is cut off',
      'it lists anew; each subscriber gets one gap',
    ),
  ],
  [
    6,
    store(
      'compaction exactly at a deletion (etcd#18089)',
      'the deletion is noticed all the same, and the relisting is counted',
    ),
  ],
  [
    7,
    store('the watch stream breaks right after `created`, before the history', 'every event is delivered, none twice'),
  ],
  [8, store('a replay larger than 4 MB', 'every event is delivered')],
  [9, store('etcd wiped and started anew', 'told as a gap; old cursors answer CURSOR_EXPIRED; new plans run')],
  [
    10,
    store(
      'etcd put back to an older copy of its data',
      'as with a wiped one; plans of the copy end with one reservation each; what is held for others is released, or named if they were done',
    ),
  ],
  [11, store('NOSPACE alarm', 'creates answer 507 or 503 naming it, reads go on; recovers when the alarm is lifted')],
  [
    12,
    store(
      'tokens expire; the password is changed and changed back',
      'each gateway logs in anew once, without a loop; readiness names the refusal; recovers',
    ),
  ],
  [13, store('a create is applied and its answer is lost', 'read back by its token: one plan, answered 201')],
  [14, store('one value that is too large', '413, and nobody else suffers')],
  [15, store('300 ms delay and 1 % loss between gateways and etcd', 'slower, and nothing else')],
  [16, workers('kill -9 of the worker with a plan in template', TAKEN_OVER)],
  [17, workers('kill -9 with a plan in translating', TAKEN_OVER)],
  [18, workers('kill -9 with a plan in translated', TAKEN_OVER)],
  [19, workers('kill -9 with a plan in solving', TAKEN_OVER)],
  [20, workers('kill -9 with a plan in solved', TAKEN_OVER)],
  [21, workers('kill -9 with a plan in reserving', TAKEN_OVER)],
  [
    22,
    workers(
      'kill -9 between the acceptance of SDN-C and its record',
      'the next worker asks SDN-C: exactly one reservation',
      true,
    ),
  ],
  [
    23,
    workers(
      'SIGSTOP of the owner for twice its lease, then SIGCONT',
      'its writes are refused by fencing; it says so and goes on with other work',
    ),
  ],
  [24, workers('two gateways start in the same second over 1,000 waiting plans', 'each plan is claimed once a stage')],
  [
    25,
    workers(
      'the clock of one host goes 1 h ahead, 1 h back, and leaps',
      'leases and time-outs are not touched: no take-over, no failure',
    ),
  ],
  [
    26,
    workers(
      'a search over its time limit; a plan deleted while it is solved; a search thread out of memory',
      'the plan says so; the process lives and goes on',
    ),
  ],
  [27, workers('SIGTERM under load', 'not ready first, subscribers told, claims given back, exit 0 within 30 s')],
  [28, workers('SIGTERM twice; SIGHUP', 'immediate exit; certificates are read anew')],
  [
    29,
    workers(
      'the event loop stands still for 3 s, and for longer than the lease',
      'the lease is kept, the delay is measured; beyond the lease others take over and late writes are refused',
    ),
  ],
  [30, workers('the disk of the log is full', 'the service goes on and says so once on standard error')],
  [31, upstreams('A&AI sends one byte a second', 'the total deadline counts: tried again, then error with the cause')],
  [
    32,
    upstreams(
      'A&AI answers 500, 502, 503, 429 with Retry-After',
      'tried again after that time; retries are a bounded share of the load',
    ),
  ],
  [
    33,
    upstreams(
      'A&AI answers HTML, cut JSON, wrong types, 200 MB, a gzip bomb, duplicate keys, null flavors',
      'bounded reading; a bad candidate is dropped with its reason and the others live; else error with the cause',
      true,
    ),
  ],
  [34, upstreams('A&AI answers 404 for an empty list', 'empty, no error')],
  [35, upstreams('one bad object among many', 'only that candidate is dropped')],
  [
    36,
    upstreams(
      'connections broken within an answer, or closed at reuse',
      'a read is repeated once; a reservation only after it was looked up',
    ),
  ],
  [
    37,
    upstreams(
      'a name that does not resolve; an IPv6 address that swallows everything',
      'bounded failure; IPv4 is used',
    ),
  ],
  [
    38,
    upstreams(
      'expired, foreign, misnamed and revoked certificates',
      'refused with a clear error, never without verification; warned before expiry',
    ),
  ],
  [39, upstreams('A&AI redirects to another host', 'not followed; credentials go nowhere else')],
  [
    40,
    upstreams(
      'the inventory changes between solving and reserving',
      'the controller refuses: solved anew, a bounded number of times',
    ),
  ],
  [
    41,
    upstreams(
      'SDN-C answers 500 in the middle of three reservations',
      'what was made is released in reverse order; error, or solved anew',
    ),
  ],
  [
    42,
    upstreams(
      'SDN-C answers 500 to the releases of a rollback too',
      'never forgotten: kept, told, counted, and released once SDN-C is well',
    ),
  ],
  [
    43,
    upstreams(
      'SDN-C answers, or does the work, after our time-out',
      'looked up by its stable id: exactly one reservation; what it books after a rollback is released again',
    ),
  ],
  [
    44,
    upstreams(
      'the circuit breaker to A&AI or SDN-C is open',
      'calls are paused, plans wait and count nothing, one probe ends the pause',
    ),
  ],
  [
    45,
    abuse(
      'the same POST twice; the same Idempotency-Key; the key with another body',
      'two plans; one plan; refused; twins from two gateways make one plan',
      true,
    ),
  ],
  [
    53,
    abuse(
      'sockets without init, init twice, subscriptions beyond the limit, same id twice, huge, binary and compressed frames, readers that never read',
      'the protocol closes them with its codes; the process stays well',
    ),
  ],
  [54, abuse('the same limits and masking over WebSocket, SSE, GET, POST and REST', 'the same answers')],
]);
