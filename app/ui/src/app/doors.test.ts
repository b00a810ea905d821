import { describe, expect, test } from 'vitest'
import type { HouseholdItem } from '../generated/commands'
import { byPlate, elevation } from './doors'

const door = (floor: number | null, no: string, plate = `3-1-${no}`) => ({ id: plate, plate, door: no, floor }) as HouseholdItem
const numbers = (items: (HouseholdItem | null)[]) => items.map((item) => item?.door ?? null)

describe('a building drawn as itself', () => {
  test('floors come from the top, doors line up in columns, a missing door is a gap', () => {
    const house = elevation([door(1, '101'), door(1, '102'), door(2, '201'), door(2, '203'), door(2, '202')])
    expect(house.floors.map((floor) => floor.floor)).toEqual([2, 1])
    expect(numbers(house.floors[0]!.doors)).toEqual(['201', '202', '203'])
    expect(numbers(house.floors[1]!.doors)).toEqual(['101', '102', null])
    expect(house.columns).toBe(3)
  })
  test('a long corridor wraps evenly, at most six, under its floor', () => {
    const many = Array.from({ length: 14 }, (_, index) => door(1, `1${String(index + 1).padStart(2, '0')}`))
    expect(elevation(many)).toMatchObject({ columns: 5, stairAfter: 0 })
    expect(elevation(many.slice(0, 8)).columns).toBe(4)
    expect(elevation(many).floors[0]!.doors).toHaveLength(14)
  })
  test('a lane without floors is a list by number', () => {
    const lane = elevation([door(null, '12', '柳巷-12'), door(null, '2', '柳巷-2'), door(null, '甲1', '柳巷-甲1')])
    expect(lane.floors).toHaveLength(1)
    expect(lane.floors[0]!.floor).toBeNull()
    expect(numbers(lane.floors[0]!.doors).slice(0, 2)).toEqual(['2', '12'])
  })
  test('thirty-three floors stay thirty-three', () => {
    expect(elevation(Array.from({ length: 33 }, (_, index) => door(index + 1, `${index + 1}01`))).floors).toHaveLength(33)
  })
  test('two families at one door do not hide each other', () => {
    const house = elevation([door(1, '101', '3-1-101'), door(1, '101', '3-1-101b'), door(2, '201')])
    expect(house.floors.find((floor) => floor.floor === 1)!.doors.filter(Boolean)).toHaveLength(2)
  })
  test('walking order counts numbers as numbers', () => {
    expect([{ plate: '3-2-1001' }, { plate: '3-2-302' }, { plate: '12-1-101' }].sort(byPlate).map((one) => one.plate)).toEqual(['3-2-302', '3-2-1001', '12-1-101'])
  })
})
