// Screens of the office area. Every item has an address; an address opens the same thing for a colleague.

import type { RouteRecordRaw } from 'vue-router'
import { addMessages } from '../app/i18n'
import chargeEn from '../locales/en/charge'
import flowsEn from '../locales/en/flows'
import en from '../locales/en/office'
import ordersEn from '../locales/en/orders'
import settingsEn from '../locales/en/settings'
import chargeZh from '../locales/zh-CN/charge'
import flowsZh from '../locales/zh-CN/flows'
import zh from '../locales/zh-CN/office'
import ordersZh from '../locales/zh-CN/orders'
import settingsZh from '../locales/zh-CN/settings'
import './office.css'

addMessages('office', zh, en)
addMessages('charge', chargeZh, chargeEn)
addMessages('flows', flowsZh, flowsEn)
addMessages('orders', ordersZh, ordersEn)
addMessages('settings', settingsZh, settingsEn)

const meta = { area: 'office' as const }

export const officeRoutes: RouteRecordRaw[] = [
  {
    path: '/o',
    component: () => import('./OfficeFrame.vue'),
    meta,
    children: [
      { path: '', redirect: { name: 'o-inbox' } },
      { path: 'inbox/:id?', name: 'o-inbox', component: () => import('./inbox/InboxPage.vue'), meta },
      { path: 'overdue/:id?', name: 'o-overdue', component: () => import('./inbox/OverduePage.vue'), meta },
      { path: 'dispatch/new', name: 'o-case-new', component: () => import('./dispatch/NewCasePage.vue'), meta },
      { path: 'dispatch/orders', name: 'o-orders', component: () => import('./dispatch/OrdersPage.vue'), meta },
      { path: 'dispatch/:id?', name: 'o-dispatch', component: () => import('./dispatch/DispatchPage.vue'), meta },
      { path: 'ledger', name: 'o-ledger', component: () => import('./ledger/LedgerPage.vue'), meta },
      { path: 'ledger/import', name: 'o-import', component: () => import('./ledger/ImportPage.vue'), meta },
      { path: 'ledger/fill', name: 'o-fill', component: () => import('./ledger/FillPage.vue'), meta },
      { path: 'ledger/h/:id', name: 'o-household', component: () => import('./ledger/LedgerPage.vue'), meta },
      { path: 'settings', name: 'o-settings', redirect: { name: 'o-flows' } },
      { path: 'settings/matters/:code?', name: 'o-matters', component: () => import('./settings/MattersPage.vue'), meta },
      { path: 'settings/calendar/:year?', name: 'o-calendar', component: () => import('./settings/CalendarPage.vue'), meta },
      { path: 'settings/flows/:id?', name: 'o-flows', component: () => import('./settings/FlowsPage.vue'), meta },
      { path: 'people/charge', name: 'o-charge', component: () => import('./people/ChargePage.vue'), meta },
      { path: 'people/erasures', name: 'o-erasures', component: () => import('./people/ErasuresPage.vue'), meta },
      { path: 'people', name: 'o-people', component: () => import('./people/PeoplePage.vue'), meta },
    ],
  },
]
