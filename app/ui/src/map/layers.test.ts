import { describe, expect, test } from 'vitest'
import type { MapBuilding, MapCase, MapReply } from '../generated/commands'
import { badgesOf, blocksOf, columnsFor, filledLayers, LAYERS, marksOf } from './layers'

const building = (id: string, more: Partial<MapBuilding> = {}): MapBuilding => ({ id, name: `${id}号楼`, kind: { code: 'building', label: '楼栋' }, number: id, estate: null, parent: 'g', parent_name: '第一网格', shape: null, at: null, households: 12, over: 0, today: 0, open_cases: 0, hubs: 0, ...more })
const found = (id: string, at: MapCase['at'], where: string | null = null, state = 'soon'): MapCase => ({ id, title: id, state: { code: 'handling', label: '处理中' }, due: { state, date: null, days: 1, away_until: null }, building: where, place: null, at })
const map = (more: Partial<MapReply> = {}): MapReply => ({ datum: 'wgs84', grids: [], buildings: [], cases: [], hubs: [], facilities: [], places: [], patrols: [], bounds: null, ...more })
const all = new Set(LAYERS)

describe('what stands where', () => {
  test('a building counts what waits in it, and a layer that is off counts nothing', () => {
    const three = building('3', { over: 2, today: 1, hubs: 1 })
    const here = map({ buildings: [three], cases: [found('a', { lng: 1, lat: 1, exact: false }, '3'), found('b', null, '3')] })
    expect(badgesOf(here, three, all).map((one) => [one.said, one.n])).toEqual([['over', 2], ['today', 1], ['cases', 2], ['hubs', 1]])
    expect(badgesOf(here, three, new Set(['cases'])).map((one) => one.said)).toEqual(['cases'])
  })
  test('what has a position of its own is drawn there and not counted at its building', () => {
    const three = building('3')
    const here = map({ buildings: [three], cases: [found('a', { lng: 1, lat: 2, exact: true }, '3', 'over'), found('b', { lng: 1, lat: 1, exact: false }, '3')] })
    expect(badgesOf(here, three, all).map((one) => one.n)).toEqual([1])
    expect(marksOf(here, all)).toEqual([{ layer: 'cases', id: 'a', name: 'a', icon: 'flag', lng: 1, lat: 2, late: true }])
    expect(marksOf(here, new Set())).toEqual([])
  })
  test('a layer of which there is nothing is no choice', () => {
    expect(filledLayers(map({ buildings: [building('3')] }))).toEqual([])
    expect(filledLayers(map({ buildings: [building('3', { today: 1 })], cases: [found('a', null)] }))).toEqual(['due', 'cases'])
  })
  test('buildings stand by grid and estate, in the order of their numbers', () => {
    const blocks = blocksOf([building('10'), building('2'), building('1', { estate: '槐荫里' }), building('5', { parent_name: '第二网格' })])
    expect(blocks.map((block) => [block.name, block.buildings.map((one) => one.number)])).toEqual([['第二网格', ['5']], ['第一网格', ['2', '10']], ['第一网格 · 槐荫里', ['1']]])
  })
  test('a row holds at least one building, however narrow the screen', () => {
    expect(columnsFor(336, 76, 10)).toBe(4)
    expect(columnsFor(40, 76, 10)).toBe(1)
  })
})
