/**
 * A service to test against: folds the events of a fixture up to a moment that the test sets, and
 * knows the people and the rules of release. Time moves only when the test steps it.
 */
import { createHash } from 'node:crypto';
import type {
  Assessment,
  Delivery,
  Me,
  Mode,
  Place,
  Prepared,
  ReleaseAction,
  Sensor,
  Shelved,
  State,
  Threat,
  Tick,
  Warning,
  WarningEvent,
} from '../../src/api/types';
import { foldAssessment } from '../../src/model/fold';
import type { Event } from './events';
import { SENSORS } from './sensors';

export interface Options {
  events: Event[];
  /** Engine time at the start. */
  at: string;
  mode?: Mode;
  /** Nothing is shown to strangers. */
  closed?: boolean;
  /** The text of a message by action. */
  bytes?: Partial<Record<ReleaseAction, string>>;
  places?: Record<string, Place[]>;
}

export class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly remedy?: string,
  ) {
    super(message);
  }
}

interface Life {
  state: Warning['state'];
  approvals: { by: string; time: string }[];
  released_by: string[];
  deliveries: Delivery[];
}

/** Name to secret and roles. */
const PEOPLE: Record<string, { secret: string; roles: string[] }> = {
  ana: { secret: 'ana-secret', roles: ['viewer', 'operator', 'releaser'] },
  ben: { secret: 'ben-secret', roles: ['viewer', 'operator', 'releaser'] },
  vic: { secret: 'vic-secret', roles: ['viewer'] },
};

const CODE = '4821';

export class World {
  readonly events: Event[];
  readonly options: Options;
  now_ms: number;
  sensors: Sensor[] = structuredClone(SENSORS);
  /** Seconds since each sensor was heard. */
  ages: Record<string, number | null> = { 'geo-west': 2, 'geo-east': 3, picket: 1 };
  clock: State['clock'] = { status: 'ok', engine_lag_s: 0.2 };
  log: State['log'] = { seq: 0, bytes: 84_000_000, disk_free_bytes: 212_000_000_000, alarm: null };
  self_check: State['self_check'] = null;
  shelved: Shelved[] = [];
  /** What was done, for the test to read. */
  readonly actions: unknown[] = [];
  private readonly acknowledged = new Map<string, string>();
  private readonly lives = new Map<string, Life>();
  private readonly listeners = new Set<(name: string, data: unknown, id: number | null) => void>();
  /** The service says nothing any more, though its connections stand. */
  mute = false;

  constructor(options: Options) {
    this.options = options;
    this.events = options.events;
    this.now_ms = Date.parse(options.at);
  }

  listen(listener: (name: string, data: unknown, id: number | null) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Lets time pass: everything that was logged meanwhile is said, then a tick. */
  step(seconds: number): void {
    const from_ms = this.now_ms;
    this.now_ms += seconds * 1000;
    for (const event of this.events) {
      const at_ms = Date.parse(event.time);
      if (at_ms > from_ms && at_ms <= this.now_ms) this.say(event.event, event, event.seq);
    }
    this.tick();
  }

  tick(): void {
    const tick: Tick = {
      seq: this.seq(this.now_ms),
      mode: this.mode,
      engine_time: this.time,
      wall_time: this.time,
      clock: this.clock,
      log: { ...this.log, seq: this.seq(this.now_ms) },
      self_check: this.self_check ?? null,
      sensors: this.sensors.map((s) => ({ id: s.id, status: s.status, age_s: this.ages[s.id] ?? null })),
    };
    this.say('tick', tick, null);
  }

  private say(name: string, data: unknown, id: number | null): void {
    if (!this.mute) for (const listener of this.listeners) listener(name, data, id);
  }

  get mode(): Mode {
    return this.options.mode ?? 'exercise';
  }

  get time(): string {
    return new Date(this.now_ms).toISOString();
  }

  private upTo(at_ms: number): Event[] {
    return this.events.filter((event) => Date.parse(event.time) <= at_ms);
  }

  private seq(at_ms: number): number {
    return this.upTo(at_ms).at(-1)?.seq ?? 999;
  }

  state(at?: string | null): State {
    const at_ms = at ? Math.min(Date.parse(at), this.now_ms) : this.now_ms;
    const known = this.upTo(at_ms);
    const empty: State = {
      live: !at,
      mode: this.mode,
      seq: this.seq(at_ms),
      engine_time: new Date(at_ms).toISOString(),
      wall_time: this.time,
      threats: [],
      warnings: this.warnings(known, Boolean(at)),
      sensors: this.sensors,
      clock: this.clock,
      log: { ...this.log, seq: this.seq(at_ms) },
      notices: [],
      self_check: this.self_check ?? null,
      shelved: this.shelved,
      range: { from: '2026-03-01T12:00:00.000Z', to: this.time },
    };
    const assessments = known.filter((event) => event.event === 'assessment');
    const folded = assessments.reduce(foldAssessment, empty);
    return { ...folded, seq: empty.seq, threats: folded.threats.map((threat) => this.dressed(threat)) };
  }

  private dressed(threat: Threat): Threat {
    const { object } = threat.assessment;
    return {
      ...threat,
      acknowledged_by: this.acknowledged.get(object) ?? null,
      places: this.options.places?.[object] ?? [],
    };
  }

  history(object: string): Assessment[] {
    return this.upTo(this.now_ms).filter((e) => e.event === 'assessment' && e.object === object) as Assessment[];
  }

  private warnings(known: Event[], past: boolean): Warning[] {
    const newest = new Map<string, WarningEvent>();
    for (const event of known) if (event.event === 'warning') newest.set(event.warning, event);
    return [...newest.values()].map((event) => {
      const life = this.life(event.warning);
      const over = event.action === 'cancel' ? 'cancelled' : event.action === 'retract' ? 'retracted' : 'draft';
      return {
        warning: event.warning,
        // A draft that was never released ends by itself; what is out is ended by people.
        state: past || life.state === 'draft' ? over : life.state,
        event,
        approvals: life.approvals,
        released_by: life.released_by,
        bytes_sha256: null,
        deliveries: life.deliveries,
      };
    });
  }

  private life(warning: string): Life {
    const known = this.lives.get(warning) ?? { state: 'draft', approvals: [], released_by: [], deliveries: [] };
    this.lives.set(warning, known);
    return known;
  }

  setDeliveries(warning: string, deliveries: Delivery[]): void {
    this.life(warning).deliveries = deliveries;
  }

  signIn(name: string, secret: string): Me {
    const person = PEOPLE[name];
    if (!person || person.secret !== secret) throw new Refused(401, 'name or secret is wrong', 'Try again.');
    return { name, roles: person.roles };
  }

  acknowledge(by: Me, object: string): void {
    this.acknowledged.set(object, by.name);
    this.did({ action: 'acknowledge', by: by.name, object });
  }

  shelve(by: Me, subject: string, minutes: number, reason: string): void {
    const threat = this.state().threats.find((t) => `object:${t.assessment.object}` === subject);
    if (threat?.assessment.verdict === 'confirmed') throw new Refused(409, 'a confirmed threat is never shelved');
    const until = new Date(this.now_ms + minutes * 60_000).toISOString();
    this.shelved = [...this.shelved, { subject, until, by: by.name, reason }];
    this.did({ action: 'shelve', by: by.name, subject, minutes, reason });
  }

  prepare(by: Me, warning: string, action: ReleaseAction): Prepared {
    this.mustBeReleaser(by);
    const bytes = this.options.bytes?.[action] ?? `<alert>${this.mode} ${warning} ${action}</alert>\n`;
    return {
      bytes,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      audience: 'the public',
      areas: ['Around 37.0° S, 126.4° W (1 area, 2,900 km²)'],
      mode: this.mode,
      time: this.time,
      code: CODE,
    };
  }

  confirm(by: Me, warning: string, action: ReleaseAction, sha256: string, code: string): { state: string } {
    const { sha256: now } = this.prepare(by, warning, action);
    if (code !== CODE) throw new Refused(409, 'the code is wrong', 'Prepare it again.');
    if (sha256 !== now) throw new Refused(409, 'the message changed since it was prepared', 'Prepare it again.');
    const life = this.life(warning);
    if (action === 'release' || action === 'update') {
      if (life.approvals.some((a) => a.by === by.name)) {
        throw new Refused(409, 'the second person must be another than the first', 'Call the other releaser.');
      }
      life.approvals = [...life.approvals, { by: by.name, time: this.time }];
      this.did({ action, by: by.name, warning });
      if (life.approvals.length < 2) return { state: 'awaiting_second_person' };
      life.released_by = life.approvals.map((a) => a.by);
    } else {
      this.did({ action, by: by.name, warning });
    }
    life.state = { release: 'issued', update: 'issued', cancel: 'cancelled', retract: 'retracted' }[action] as Warning['state'];
    life.deliveries = ['file', 'http-callback', 'listening receiver'].map((sink, i) => ({
      sink,
      state: i === 2 ? 'seen' : 'accepted',
      attempts: 1,
      time: this.time,
      receipt: `${sink}-1`,
      action,
    }));
    return { state: life.state };
  }

  private mustBeReleaser(by: Me): void {
    if (!by.roles.includes('releaser')) throw new Refused(403, `${by.name} is not a releaser`, 'Call a releaser.');
  }

  private did(action: object): void {
    this.actions.push(action);
    this.say('action', { time: this.time, event: 'action', seq: this.seq(this.now_ms), ...action }, null);
  }
}
