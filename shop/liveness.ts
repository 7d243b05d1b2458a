/**
 * Tells a server that takes its time from one that is gone without a word: stopped, or on a machine that
 * lost its power. It must not know what is asked of the server.
 */
import type { AxiosInstance } from 'axios'

/** A server answers this from its event loop alone, however much it has to do. */
const PROBE_TIMEOUT_MS = 1_000

export type Watch = {
  /** Aborted once a probe got no answer. */
  readonly signal: AbortSignal
  stop(): void
}

/** Probes `server` every `intervalMs` until it is stopped, or a probe fails. */
export function watchServer(http: AxiosInstance, server: string, intervalMs: number): Watch {
  const gone = new AbortController()
  const stopped = new AbortController()
  const probe = async (): Promise<void> => {
    try {
      const { signal } = stopped
      await http.get(`${server}/livez`, { timeout: PROBE_TIMEOUT_MS, signal })
      if (!stopped.signal.aborted) timer = setTimeout(probe, intervalMs)
    } catch {
      if (!stopped.signal.aborted) gone.abort()
    }
  }
  let timer = setTimeout(probe, intervalMs)
  return {
    signal: gone.signal,
    stop() {
      clearTimeout(timer)
      stopped.abort()
    },
  }
}
