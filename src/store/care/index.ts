/**
 * Looking after a store: what is in it, what goes when it grows too large, whether it is whole, and moving results from one
 * store to another. Loaded when it is wanted only (`loadCare`).
 */
export { type CollectPolicy, chooseVictims } from './choose.js';
export { type Collected, type CollectRequest, collect } from './collect.js';
export { type Exported, type ExportRequest, exportResults, type TransferFault } from './export.js';
export { type Imported, type ImportRequest, importResults } from './import.js';
export { type Inventory, itemId, type StoredItem, type StoredRecord, sizeOf } from './inventory.js';
export { takeInventory } from './take-inventory.js';
export { type Damage, type VerifyRequest, verifyStore } from './verify.js';
