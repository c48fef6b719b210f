import { CustomChart, LineChart, ScatterChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TitleComponent } from 'echarts/components';
import { use } from 'echarts/core';
import { CanvasRenderer, SVGRenderer } from 'echarts/renderers';

/** The parts of ECharts that are used, and no others. The SVG renderer writes exported files only. */
use([
  CanvasRenderer,
  SVGRenderer,
  LineChart,
  CustomChart,
  ScatterChart,
  GridComponent,
  LegendComponent,
  TitleComponent,
]);
