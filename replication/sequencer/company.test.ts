import { describe, expect, it } from 'vitest'
import { Company } from './company.ts'

function busy(): Company {
  const company = new Company()
  for (let ms = 95; ms <= 100; ms += 1) company.hasWritten(ms)
  return company
}

it('is busy while it has written often lately', () => {
  const company = new Company()
  expect(company.isBusy(0)).toBe(false)
  for (let ms = 95; ms < 100; ms += 1) company.hasWritten(ms)
  expect(company.isBusy(100)).toBe(false)
  company.hasWritten(100)
  expect([100, 104, 105].map((ms) => company.isBusy(ms))).toEqual([true, true, false])
})

describe('what waits', () => {
  it('is due a millisecond after it began to, whatever joins it', () => {
    const company = busy()
    expect(company.dueAtMs).toBeUndefined()
    company.statusWaits(100.5)
    company.statusWaits(101)
    expect(company.dueAtMs).toBe(101.5)
    expect([101.4, 101.5].map((ms) => company.isStatusDue(ms))).toEqual([false, true])
    company.statusTold()
    expect([company.dueAtMs, company.isStatusDue(200)]).toEqual([undefined, false])
  })

  it('is a number, too, until it is issued', () => {
    const company = busy()
    expect([100, 100.9, 101].map((ms) => company.mayNumberWait(ms))).toEqual([true, true, false])
    expect(company.dueAtMs).toBe(101)
    company.numberIssued()
    expect(company.dueAtMs).toBeUndefined()
    expect(company.mayNumberWait(102)).toBe(true)
  })
})
