/** Finds out before anything starts whether the ports that are wanted are free. */
import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { PlannedProcess } from './plan.ts'

/** Sentences, one for each port that cannot be had; empty when all are free. */
export async function takenPorts(plans: readonly PlannedProcess[]): Promise<string[]> {
  const checks = plans.flatMap((plan) => [
    tcpProblem(plan.host, plan.port).then((problem) => describe(plan, 'TCP', plan.port, problem)),
    ...(plan.udpPort === undefined
      ? []
      : [
          udpProblem(plan.host, plan.udpPort).then((problem) =>
            describe(plan, 'UDP', plan.udpPort ?? 0, problem),
          ),
        ]),
  ])
  return (await Promise.all(checks)).filter((line) => line !== '')
}

function describe(plan: PlannedProcess, kind: string, port: number, problem: string): string {
  if (problem === '') return ''
  const why =
    problem === 'EADDRINUSE' ? 'is taken by another program' : `cannot be had (${problem})`
  return `${kind} port ${port} on ${plan.host}, for ${plan.name}, ${why}`
}

function tcpProblem(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve('')))
  })
}

function udpProblem(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4')
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    socket.bind({ address: host, port, exclusive: true }, () => socket.close(() => resolve('')))
  })
}

/** Whether `host` is an address of this machine. */
export function isThisMachine(host: string): boolean {
  if (host === 'localhost' || host.startsWith('127.') || host === '::1') return true
  return Object.values(networkInterfaces()).some((addresses) =>
    addresses?.some(({ address }) => address === host),
  )
}
