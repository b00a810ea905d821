import { expect, test } from 'vitest'
import { numberOf } from './dial'

test('a number is taken from its link as a dialler reads it', () => {
  expect(numberOf('tel:13900004127')).toBe('13900004127')
  expect(numberOf('tel:+86%20139%200000%204127')).toBe('+8613900004127')
  expect(numberOf('tel:(029)8888-0000')).toBe('0298888-0000')
  expect(numberOf('tel:')).toBeNull()
  expect(numberOf('#/w/today')).toBeNull()
})
