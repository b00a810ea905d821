// Screens of the grid worker. Four tabs share one frame; everything else is a page of its own, reached from any of them.

import type { RouteRecordRaw } from 'vue-router'
import { addMessages } from '../app/i18n'
import en from '../locales/en/worker'
import zh from '../locales/zh-CN/worker'
import TodayPage from './TodayPage.vue'
import WorkerTabs from './WorkerTabs.vue'

addMessages('worker', zh, en)

export const workerRoutes: RouteRecordRaw[] = [
  {
    path: '/w',
    component: WorkerTabs,
    redirect: '/w/today',
    children: [
      { path: 'today', name: 'today', component: TodayPage },
      { path: 'buildings', name: 'buildings', component: () => import('./BuildingsPage.vue') },
      { path: 'map', name: 'map', component: () => import('../map/MapPage.vue') },
      { path: 'buildings/:id', name: 'building', component: () => import('./BuildingPage.vue'), props: true },
      { path: 'cases', name: 'cases', component: () => import('./CasesPage.vue') },
      { path: 'me', name: 'me', component: () => import('./MePage.vue') },
    ],
  },
  { path: '/w/household/:id', name: 'household', component: () => import('./HouseholdPage.vue'), props: true },
  { path: '/w/household/:id/person', name: 'add-person', component: () => import('./PersonPage.vue'), props: (to) => ({ household: to.params.id }) },
  { path: '/w/household/:id/person/:person', name: 'edit-person', component: () => import('./PersonPage.vue'), props: (to) => ({ household: to.params.id, person: to.params.person }) },
  { path: '/w/household/:id/move', name: 'move', component: () => import('./MovePage.vue'), props: (to) => ({ id: to.params.id, person: to.query.person }) },
  { path: '/w/field', name: 'rounds', component: () => import('../field/RoundsPage.vue'), props: (to) => ({ tab: to.query.tab }) },
  { path: '/w/field/add/:kind(patrol|place|facility)', name: 'add-spot', component: () => import('../field/SpotFormPage.vue'), props: true },
  { path: '/w/spot/:id', name: 'spot', component: () => import('../field/SpotPage.vue'), props: true },
  { path: '/w/spot/:id/edit', name: 'edit-spot', component: () => import('../field/SpotFormPage.vue'), props: (to) => ({ id: to.params.id }) },
  { path: '/w/hubs', name: 'hubs', component: () => import('../field/HubsPage.vue') },
  { path: '/w/household/:id/hub', name: 'hub', component: () => import('../field/HubPage.vue'), props: true },
  { path: '/w/wishes', name: 'wishes', component: () => import('../field/WishesPage.vue') },
  { path: '/w/left', name: 'left', component: () => import('./LeftPage.vue') },
  { path: '/w/report', name: 'report', component: () => import('./ReportPage.vue'), props: (to) => ({ household: to.query.household, building: to.query.building, ask: to.query.ask, person: to.query.person, repeat: to.query.repeat, part: to.query.part, visit: to.query.visit, place: to.query.place, words: to.query.words }) },
  { path: '/w/case/:id', name: 'case', component: () => import('./CasePage.vue'), props: true },
  { path: '/w/campaign/:id', name: 'campaign', component: () => import('../forms/CampaignPage.vue'), props: true },
  { path: '/w/notices', name: 'notices', component: () => import('../notices/NoticesPage.vue') },
  { path: '/w/search', name: 'search', component: () => import('./SearchPage.vue') },
  { path: '/w/sync', name: 'sync', component: () => import('./SyncPage.vue') },
  { path: '/w/holdings', name: 'holdings', component: () => import('./HoldingsPage.vue') },
  { path: '/w/log', name: 'log', component: () => import('./LogPage.vue') },
  { path: '/w/help', name: 'help', component: () => import('../me/HelpPage.vue') },
  { path: '/w/say', name: 'say', component: () => import('../me/SayPage.vue') },
  { path: '/w/device', name: 'device', component: () => import('../me/DevicePage.vue') },
  { path: '/w/principles', name: 'principles', component: () => import('./PrinciplesPage.vue') },
]
