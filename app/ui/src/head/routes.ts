// Screens of the building head: four buttons and what stands behind each. Elder mode is on until the person switches it off.

import type { RouteRecordRaw } from 'vue-router'
import { addMessages } from '../app/i18n'
import { prefs } from '../app/prefs'
import en from '../locales/en/head'
import zh from '../locales/zh-CN/head'
import HomePage from './HomePage.vue'

addMessages('head', zh, en)
if (prefs.elder === null) prefs.elder = true

export const headRoutes: RouteRecordRaw[] = [
  { path: '/h', name: 'head', component: HomePage },
  { path: '/h/report', name: 'head-report', component: () => import('./ReportPage.vue') },
  { path: '/h/cases', name: 'head-cases', component: () => import('./CasesPage.vue') },
  { path: '/h/notices', name: 'head-notices', component: () => import('./NoticesPage.vue') },
  { path: '/h/calls', name: 'head-calls', component: () => import('./CallsPage.vue') },
  { path: '/h/building', name: 'head-building', component: () => import('./BuildingPage.vue') },
  { path: '/h/settings', name: 'head-settings', component: () => import('./SettingsPage.vue') },
]
