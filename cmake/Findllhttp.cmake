# Defines llhttp::llhttp, a strict HTTP/1 parser. In this order: a CMake package of at least 9.2, a pkg-config module of
# at least 9.2 (both strict by nature), else Debian's C sources from node-llhttp, compiled in strict mode. It never
# downloads. LLHTTP_ORIGIN says which one was taken.

set(LLHTTP_LEAST_VERSION 9.2)

if(NOT TARGET llhttp::llhttp)
  find_package(llhttp ${LLHTTP_LEAST_VERSION} CONFIG QUIET)
  foreach(exported llhttp_shared llhttp::llhttp_shared llhttp_static llhttp::llhttp_static)
    if(TARGET ${exported} AND NOT TARGET llhttp::llhttp)
      add_library(llhttp::llhttp INTERFACE IMPORTED)
      target_link_libraries(llhttp::llhttp INTERFACE ${exported})
    endif()
  endforeach()
  if(TARGET llhttp::llhttp)
    set(LLHTTP_ORIGIN "CMake package ${llhttp_VERSION}")
  endif()
endif()

if(NOT TARGET llhttp::llhttp)
  find_package(PkgConfig QUIET)
  if(PkgConfig_FOUND)
    pkg_check_modules(libllhttp QUIET IMPORTED_TARGET GLOBAL libllhttp>=${LLHTTP_LEAST_VERSION})
    if(TARGET PkgConfig::libllhttp)
      add_library(llhttp::llhttp ALIAS PkgConfig::libllhttp)
      set(LLHTTP_ORIGIN "pkg-config ${libllhttp_VERSION}")
    endif()
  endif()
endif()

if(NOT TARGET llhttp::llhttp)
  find_path(LLHTTP_SOURCE_DIR llhttp.c PATHS /usr/share/llhttp NO_DEFAULT_PATH)
  find_path(LLHTTP_INCLUDE_DIR llhttp.h PATHS /usr/share/include/llhttp NO_DEFAULT_PATH)
  mark_as_advanced(LLHTTP_SOURCE_DIR LLHTTP_INCLUDE_DIR)
  if(LLHTTP_SOURCE_DIR AND LLHTTP_INCLUDE_DIR)
    enable_language(C)
    add_library(weir_llhttp STATIC
      ${LLHTTP_SOURCE_DIR}/llhttp.c ${LLHTTP_SOURCE_DIR}/api.c ${LLHTTP_SOURCE_DIR}/http.c)
    target_include_directories(weir_llhttp SYSTEM PUBLIC ${LLHTTP_INCLUDE_DIR})
    # 8.x holds a strict and a loose parser; its users read the same header and must agree on which.
    target_compile_definitions(weir_llhttp PUBLIC LLHTTP_STRICT_MODE=1)
    target_compile_options(weir_llhttp PRIVATE -w)
    set_target_properties(weir_llhttp PROPERTIES C_CLANG_TIDY "" POSITION_INDEPENDENT_CODE ON)
    add_library(llhttp::llhttp ALIAS weir_llhttp)
    set(LLHTTP_ORIGIN "${LLHTTP_SOURCE_DIR}, compiled in strict mode")
  endif()
endif()

if(TARGET llhttp::llhttp)
  set(llhttp_FOUND TRUE)
  message(STATUS "llhttp: ${LLHTTP_ORIGIN}")
elseif(llhttp_FIND_REQUIRED)
  message(FATAL_ERROR "llhttp was not found: install libllhttp-dev (Debian 13, at least ${LLHTTP_LEAST_VERSION}) "
                      "or node-llhttp (Debian 12, C sources); deploy/install-deps does it")
endif()
