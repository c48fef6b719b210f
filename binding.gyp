{
  # Every SIMD path is the same source (simd/table.cpp) compiled for another instruction set.
  'variables': {
    'native': 'core/backends/native/src',
  },
  # On Windows the vector types need clang (clang-cl, Visual Studio's "C++ Clang tools for Windows"). Its settings and
  # those of macOS follow the documentation; they have not been built yet.
  'target_defaults': {
    'msbuild_toolset': 'ClangCL',
    'msvs_settings': {
      'VCCLCompilerTool': {
        'ExceptionHandling': '1',
        'AdditionalOptions': ['/std:c++20', '/O2', '-Wall', '-Wextra', '-ffp-contract=off', '-fno-math-errno'],
      },
    },
    'cflags': ['-Wall', '-Wextra', '-fvisibility=hidden'],
    # A fused multiply-add only where the source says so: then all paths that have one agree to the last bit.
    'cflags_cc': ['-std=c++20', '-O3', '-ffp-contract=off', '-fno-math-errno'],
    'cflags_cc!': ['-fno-exceptions'],
    'xcode_settings': {
      'CLANG_CXX_LANGUAGE_STANDARD': 'c++20',
      'GCC_OPTIMIZATION_LEVEL': '3',
      'GCC_ENABLE_CPP_EXCEPTIONS': 'YES',
      'GCC_SYMBOLS_PRIVATE_EXTERN': 'YES',
      'MACOSX_DEPLOYMENT_TARGET': '11.0',
      'OTHER_CFLAGS': ['-Wall', '-Wextra', '-ffp-contract=off', '-fno-math-errno'],
    },
  },
  'targets': [
    {
      'target_name': 'convolab',
      'type': 'loadable_module',
      'sources': [
        '<(native)/addon/addon.cpp',
        '<(native)/addon/algebra_calls.cpp',
        '<(native)/addon/js.cpp',
        '<(native)/addon/map_file.cpp',
        '<(native)/addon/read_plan.cpp',
        '<(native)/algebra/algebra.cpp',
        '<(native)/augment/augmentation.cpp',
        '<(native)/augment/steps.cpp',
        '<(native)/operations/batch_norm.cpp',
        '<(native)/operations/conv.cpp',
        '<(native)/operations/dense.cpp',
        '<(native)/operations/dropout.cpp',
        '<(native)/operations/global_pool.cpp',
        '<(native)/operations/local.cpp',
        '<(native)/operations/loss.cpp',
        '<(native)/operations/normalize.cpp',
        '<(native)/operations/pointwise.cpp',
        '<(native)/operations/pool.cpp',
        '<(native)/operations/rbf.cpp',
        '<(native)/program/buffer.cpp',
        '<(native)/program/feed.cpp',
        '<(native)/program/operation.cpp',
        '<(native)/program/optimizer.cpp',
        '<(native)/program/peak.cpp',
        '<(native)/program/plan.cpp',
        '<(native)/program/program.cpp',
        '<(native)/program/stages.cpp',
        '<(native)/program/team.cpp',
        '<(native)/simd/choose.cpp',
      ],
      'dependencies': ['simd_baseline'],
      'conditions': [
        ['target_arch=="x64"', { 'dependencies': ['simd_avx2', 'simd_avx512'] }],
        ['target_arch=="arm64"', { 'dependencies': ['simd_neon'] }],
        ['OS!="win"', { 'libraries': ['-lpthread'] }],
      ],
    },
    {
      'target_name': 'simd_baseline',
      'type': 'static_library',
      'sources': ['<(native)/simd/table.cpp'],
      'defines': ['CONVOLAB_PATH=baseline', 'CONVOLAB_PATH_BASELINE'],
    },
  ],
  'conditions': [
    ['target_arch=="x64"', {
      'targets': [
        {
          'target_name': 'simd_avx2',
          'type': 'static_library',
          'sources': ['<(native)/simd/table.cpp'],
          'defines': ['CONVOLAB_PATH=avx2', 'CONVOLAB_PATH_AVX2'],
          'cflags': ['-mavx2', '-mfma'],
          'xcode_settings': { 'OTHER_CFLAGS': ['-mavx2', '-mfma'] },
          'msvs_settings': { 'VCCLCompilerTool': { 'AdditionalOptions': ['-mavx2', '-mfma'] } },
        },
        {
          'target_name': 'simd_avx512',
          'type': 'static_library',
          'sources': ['<(native)/simd/table.cpp'],
          'defines': ['CONVOLAB_PATH=avx512', 'CONVOLAB_PATH_AVX512'],
          'cflags': ['-mavx512f', '-mavx512dq', '-mavx512vl', '-mavx512bw', '-mavx2', '-mfma'],
          'xcode_settings': {
            'OTHER_CFLAGS': ['-mavx512f', '-mavx512dq', '-mavx512vl', '-mavx512bw', '-mavx2', '-mfma'],
          },
          'msvs_settings': {
            'VCCLCompilerTool': {
              'AdditionalOptions': ['-mavx512f', '-mavx512dq', '-mavx512vl', '-mavx512bw', '-mavx2', '-mfma'],
            },
          },
        },
      ],
    }],
    ['target_arch=="arm64"', {
      'targets': [
        {
          'target_name': 'simd_neon',
          'type': 'static_library',
          'sources': ['<(native)/simd/table.cpp'],
          'defines': ['CONVOLAB_PATH=neon', 'CONVOLAB_PATH_NEON'],
        },
      ],
    }],
  ],
}
