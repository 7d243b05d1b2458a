/** HTTP as it is: any body, any header, from any address of the loopback. Keeps connections. */
import { Agent, type IncomingHttpHeaders, request as httpRequest } from 'node:http'

export type RawRequest = {
  readonly url: string
  readonly method: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer | undefined
  /** 127.x.y.z: whom limits count it for. */
  readonly from?: string | undefined
}

export type RawAnswer = {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

const agent = new Agent({ keepAlive: true, maxSockets: 512 })
/** Longer than any answer may take (a purchase: 10 s). */
const hungAfterMs = 15_000

/** Rejects when there is no whole answer in time: a connection cut off, or a server that hangs. */
export function send({ url, method, headers, body, from }: RawRequest): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const options = { method, agent, headers: { ...headers }, ...(from && { localAddress: from }) }
    const outgoing = httpRequest(url, options, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        clearTimeout(timer)
        const text = Buffer.concat(chunks).toString('utf8')
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text })
      })
    })
    const timer = setTimeout(() => {
      outgoing.destroy(new Error(`no answer within ${hungAfterMs / 1_000} s: ${method} ${url}`))
    }, hungAfterMs)
    outgoing.on('error', (error) => {
      clearTimeout(timer)
      reject(error)
    })
    if (body === undefined) outgoing.end()
    else {
      outgoing.setHeader('Content-Length', Buffer.byteLength(body))
      outgoing.end(body)
    }
  })
}
