// Screens of the office area.

import type { RouteRecordRaw } from 'vue-router'
import { addMessages } from '../app/i18n'
import en from '../locales/en/office'
import zh from '../locales/zh-CN/office'

addMessages('office', zh, en)

export const officeRoutes: RouteRecordRaw[] = []
