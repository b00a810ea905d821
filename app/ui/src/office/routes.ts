// Screens of the office area. Every item has an address; an address opens the same thing for a colleague.

import type { RouteRecordRaw } from 'vue-router'
import { addMessages } from '../app/i18n'
import atlasEn from '../locales/en/atlas'
import chargeEn from '../locales/en/charge'
import flowsEn from '../locales/en/flows'
import inboxEn from '../locales/en/inbox'
import ledgerEn from '../locales/en/ledger'
import en from '../locales/en/office'
import ordersEn from '../locales/en/orders'
import peopleEn from '../locales/en/people'
import settingsEn from '../locales/en/settings'
import tablesEn from '../locales/en/tables'
import atlasZh from '../locales/zh-CN/atlas'
import chargeZh from '../locales/zh-CN/charge'
import flowsZh from '../locales/zh-CN/flows'
import inboxZh from '../locales/zh-CN/inbox'
import ledgerZh from '../locales/zh-CN/ledger'
import zh from '../locales/zh-CN/office'
import ordersZh from '../locales/zh-CN/orders'
import peopleZh from '../locales/zh-CN/people'
import settingsZh from '../locales/zh-CN/settings'
import tablesZh from '../locales/zh-CN/tables'
import './office.css'

addMessages('office', zh, en)
addMessages('inbox', inboxZh, inboxEn)
addMessages('atlas', atlasZh, atlasEn)
addMessages('charge', chargeZh, chargeEn)
addMessages('flows', flowsZh, flowsEn)
addMessages('ledger', ledgerZh, ledgerEn)
addMessages('orders', ordersZh, ordersEn)
addMessages('people', peopleZh, peopleEn)
addMessages('settings', settingsZh, settingsEn)
addMessages('tables', tablesZh, tablesEn)

const meta = { area: 'office' as const }

export const officeRoutes: RouteRecordRaw[] = [
  {
    path: '/o',
    component: () => import('./OfficeFrame.vue'),
    meta,
    children: [
      { path: '', redirect: { name: 'o-inbox' } },
      { path: 'inbox/:id?', name: 'o-inbox', component: () => import('./inbox/InboxPage.vue'), meta },
      { path: 'same/:id?', name: 'o-same', component: () => import('./same/DuplicatesPage.vue'), meta },
      { path: 'overdue/:id?', name: 'o-overdue', component: () => import('./inbox/OverduePage.vue'), meta },
      { path: 'dispatch/new', name: 'o-case-new', component: () => import('./dispatch/NewCasePage.vue'), meta },
      { path: 'dispatch/orders', name: 'o-orders', component: () => import('./dispatch/OrdersPage.vue'), meta },
      { path: 'dispatch/:id?', name: 'o-dispatch', component: () => import('./dispatch/DispatchPage.vue'), meta },
      { path: 'ledger', name: 'o-ledger', component: () => import('./ledger/LedgerPage.vue'), meta },
      { path: 'ledger/import', name: 'o-import', component: () => import('./ledger/ImportPage.vue'), meta },
      { path: 'ledger/fill', name: 'o-fill', component: () => import('./tables/FillPage.vue'), meta },
      { path: 'ledger/templates/:id?', name: 'o-templates', component: () => import('./tables/TemplatesPage.vue'), meta },
      { path: 'ledger/requests/:id?', name: 'o-requests', component: () => import('./tables/RequestsPage.vue'), meta },
      { path: 'ledger/imports/:id?', name: 'o-imports', component: () => import('./tables/ImportsPage.vue'), meta },
      { path: 'ledger/week/:week?', name: 'o-weekly', component: () => import('./ledger/WeeklyPage.vue'), meta },
      { path: 'ledger/doors/:id?', name: 'o-doors', component: () => import('./ledger/DoorsPage.vue'), meta },
      { path: 'ledger/k/:kind/:id?', name: 'o-ledger-kind', component: () => import('./ledger/LedgerPage.vue'), meta },
      { path: 'ledger/h/:id', name: 'o-household', component: () => import('./ledger/LedgerPage.vue'), meta },
      { path: 'map/plan/:id?', name: 'o-plan', component: () => import('./atlas/PlanPage.vue'), meta },
      { path: 'map/wall', name: 'o-wall', component: () => import('./atlas/WallPage.vue'), meta },
      { path: 'projects', name: 'o-projects', component: () => import('./atlas/ProjectsPage.vue'), meta },
      { path: 'map', name: 'o-map', component: () => import('../map/OfficeMap.vue'), meta },
      { path: 'settings', name: 'o-settings', redirect: { name: 'o-flows' } },
      { path: 'settings/matters/:code?', name: 'o-matters', component: () => import('./settings/MattersPage.vue'), meta },
      { path: 'settings/calendar/:year?', name: 'o-calendar', component: () => import('./settings/CalendarPage.vue'), meta },
      { path: 'settings/flows/:id?', name: 'o-flows', component: () => import('./settings/FlowsPage.vue'), meta },
      { path: 'settings/forms/:id?', name: 'o-forms', component: () => import('./settings/FormsPage.vue'), meta },
      { path: 'campaigns/:id?', name: 'o-campaigns', component: () => import('./campaigns/CampaignsPage.vue'), meta },
      { path: 'stats', name: 'o-stats', component: () => import('./stats/StatsPage.vue'), meta },
      { path: 'stats/up/:month?', name: 'o-tally', component: () => import('./stats/TallyPage.vue'), meta },
      { path: 'stats/below/:month?', name: 'o-tallies', component: () => import('./stats/TalliesPage.vue'), meta },
      { path: 'people/charge', name: 'o-charge', component: () => import('./people/ChargePage.vue'), meta },
      { path: 'people/teams', name: 'o-teams', component: () => import('./people/TeamsPage.vue'), meta },
      { path: 'people/handovers', name: 'o-handovers', component: () => import('./people/HandoversPage.vue'), meta },
      { path: 'people/device/:id', name: 'o-device-sheet', component: () => import('./people/SheetPage.vue'), props: true, meta },
      { path: 'people/erasures', name: 'o-erasures', component: () => import('./people/ErasuresPage.vue'), meta },
      { path: 'people', name: 'o-people', component: () => import('./people/PeoplePage.vue'), meta },
    ],
  },
]
