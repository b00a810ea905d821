// Screens of the worker area.

import type { RouteRecordRaw } from 'vue-router'
import { addMessages } from '../app/i18n'
import en from '../locales/en/worker'
import zh from '../locales/zh-CN/worker'

addMessages('worker', zh, en)

export const workerRoutes: RouteRecordRaw[] = []
