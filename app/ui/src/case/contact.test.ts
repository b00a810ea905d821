import { expect, test } from 'vitest'
import { waysOf } from './contact'

test('each number of a line calls, an address does not', () => {
  expect(waysOf('13800002222；029-88887777；1号楼1单元101')).toEqual([
    { text: '13800002222', calls: true },
    { text: '029-88887777', calls: true },
    { text: '1号楼1单元101', calls: false },
  ])
  expect(waysOf('138 0000 2222')).toEqual([{ text: '138 0000 2222', calls: true }])
  expect(waysOf('101')[0]!.calls).toBe(false)
  expect(waysOf(null)).toEqual([])
})
