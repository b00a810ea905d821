export default {
  undo: '撤销',
}
