{
  "targets": [
    {
      "target_name": "freenect1",
      "sources": ["addon.cc", "library.cc", "session.cc"],
      "defines": ["NAPI_VERSION=8"],
      "cflags": ["-Wall", "-Wextra", "-Werror", "-fvisibility=hidden"],
      "cflags_cc": ["-std=c++17"],
      "xcode_settings": {
        "CLANG_CXX_LANGUAGE_STANDARD": "c++17",
        "GCC_SYMBOLS_PRIVATE_EXTERN": "YES",
        "MACOSX_DEPLOYMENT_TARGET": "11.0"
      },
      "conditions": [["OS=='linux'", { "libraries": ["-ldl", "-pthread"] }]]
    }
  ]
}
