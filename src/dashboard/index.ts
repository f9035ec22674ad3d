export { dashboardPage } from './dashboard-page.ts';
