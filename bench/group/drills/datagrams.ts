/**
 * Datagrams are lost, repeated and held up while clients write: the same load under each trouble,
 * each in a group of its own.
 */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { atLeast, type Bar, type Drill, type DrillSetting, type Figure, figure } from './drill.ts'
import { acknowledgedPerSecond, longestCall, longestSilence } from './history.ts'
import { withScene } from './scene.ts'

type Trouble = {
  readonly name: string
  readonly loss: number
  readonly repeated: number
  readonly delayed: number
}

/** What a group without any trouble is compared with. */
const calm: Trouble = { name: 'no trouble', loss: 0, repeated: 0, delayed: 0 }
const lossOnly: Trouble = { name: '5 % lost', loss: 0.05, repeated: 0, delayed: 0 }
const troubles: readonly Trouble[] = [
  calm,
  lossOnly,
  { name: '1 % lost, 5 % repeated, 10 % late', loss: 0.01, repeated: 0.05, delayed: 0.1 },
  { name: '5 % lost, 5 % repeated, 10 % late', loss: 0.05, repeated: 0.05, delayed: 0.1 },
  { name: '20 % lost, 5 % repeated, 10 % late', loss: 0.2, repeated: 0.05, delayed: 0.1 },
]
/** Of each, times the rounds. */
const measuredMs = 10_000
const kept = { limit: 0.5, unit: '' }

type Course = {
  readonly perSecond: number
  readonly bars: readonly Bar[]
  readonly figures: readonly Figure[]
}

export const datagrams: Drill = {
  name: 'datagrams',
  about:
    'Datagrams are lost, repeated, and held up so that later ones overtake them, while clients write at all members.',
  run: async (setting) => {
    const courses = new Map<Trouble, Course>()
    for (const trouble of troubles) {
      const course = await underTrouble(setting, trouble)
      courses.set(trouble, course)
      setting.say(`${trouble.name}: ${course.perSecond.toFixed(0)} writes per second`)
    }
    const perSecond = (trouble: Trouble): number => courses.get(trouble)?.perSecond ?? Number.NaN
    const share = perSecond(lossOnly) / perSecond(calm)
    return {
      bars: [
        atLeast('writes served with 5 % lost, as a share of those without loss', share, kept),
        ...[...courses.values()].flatMap(({ bars }) => bars),
      ],
      figures: [...courses.values()].flatMap(({ figures }) => figures),
    }
  },
}

async function underTrouble(setting: DrillSetting, trouble: Trouble): Promise<Course> {
  const { name, loss, repeated, delayed } = trouble
  const environment = {
    GROUP_DATAGRAM_LOSS: String(loss),
    GROUP_DATAGRAM_REPEAT: String(repeated),
    GROUP_DATAGRAM_DELAY: String(delayed),
  }
  let perSecond = 0
  const logsDir = setting.logsDir && join(setting.logsDir, name)
  const own = { ...setting, environment, logsDir }
  const { bars, figures } = await withScene(own, async ({ history }) => {
    const fromMs = performance.now()
    await sleep(measuredMs * (setting.rounds ?? 1), undefined, { signal: setting.signal })
    const span = { fromMs, toMs: performance.now() }
    const { acknowledged } = history
    perSecond = acknowledgedPerSecond(acknowledged, span)
    return {
      bars: [],
      figures: [
        figure('acknowledged per second', perSecond, ''),
        figure('longest time without an acknowledgement', longestSilence(acknowledged, span), 'ms'),
        figure('longest write', longestCall(acknowledged, span), 'ms'),
      ],
    }
  })
  const named = <T extends { readonly what: string }>(one: T): T => {
    return { ...one, what: `${name}: ${one.what}` }
  }
  return { perSecond, bars: bars.map(named), figures: figures.map(named) }
}
