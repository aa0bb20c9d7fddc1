# Finds every library weir stands on, all from distribution packages, and gives each one target name on Debian 12 and 13.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(yaml-cpp REQUIRED)
if(NOT TARGET yaml-cpp::yaml-cpp)
  add_library(yaml-cpp::yaml-cpp ALIAS yaml-cpp)
endif()
pkg_check_modules(libuv REQUIRED IMPORTED_TARGET libuv)
# The CMake package of prometheus-cpp asks for a web server and curl besides; core is all that is used.
pkg_check_modules(prometheus REQUIRED IMPORTED_TARGET prometheus-cpp-core)
find_package(llhttp REQUIRED MODULE)
