{
  "target_defaults": {
    "cflags": ["-Wall", "-Wextra", "-Werror", "-fvisibility=hidden", "<!@(pkg-config --cflags freenect2)"],
    "cflags_cc": ["-std=c++17"],
    # Found again at run time where it was found now: most install it outside the loader's own folders.
    "libraries": ["<!@(pkg-config --libs freenect2)", "-Wl,-rpath,<!(pkg-config --variable=libdir freenect2)"],
    "xcode_settings": {
      "CLANG_CXX_LANGUAGE_STANDARD": "c++17",
      "GCC_SYMBOLS_PRIVATE_EXTERN": "YES",
      "MACOSX_DEPLOYMENT_TARGET": "11.0",
      "OTHER_CFLAGS": ["<!@(pkg-config --cflags freenect2)"]
    }
  },
  "targets": [
    {
      "target_name": "freenect2",
      "sources": ["addon.cc", "session.cc"],
      "defines": ["NAPI_VERSION=8"]
    },
    {
      "target_name": "freenect2-probe",
      "type": "executable",
      "sources": ["probe.cc"]
    }
  ]
}
