// The driver's files: named arrays one after the other, as tests/native/driver.py writes and reads them.
#pragma once
#include <cstdint>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

struct Array {
  std::string type;
  size_t rows = 0, columns = 0;
  std::vector<char> bytes;

  template <typename T>
  const T* as() const {
    return reinterpret_cast<const T*>(bytes.data());
  }
  template <typename T>
  const T* row(size_t index) const {
    return as<T>() + index * columns;
  }
};

// Each array: a line "name type rows columns", its bytes, a newline.
inline std::map<std::string, Array> read_arrays(const char* path) {
  const std::map<std::string, size_t> sizes = {{"int8", 1},  {"uint16", 2},  {"int32", 4},
                                               {"int64", 8}, {"float32", 4}, {"float64", 8}};
  std::ifstream in(path, std::ios::binary);
  std::map<std::string, Array> arrays;
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string name;
    Array a;
    words >> name >> a.type >> a.rows >> a.columns;
    a.bytes.resize(a.rows * a.columns * sizes.at(a.type));
    in.read(a.bytes.data(), static_cast<std::streamsize>(a.bytes.size()));
    if (in.get() != '\n') throw std::runtime_error(name + ": ends too early");
    arrays[name] = std::move(a);
  }
  return arrays;
}

inline const char* type_of(const uint16_t*) { return "uint16"; }
inline const char* type_of(const int32_t*) { return "int32"; }
inline const char* type_of(const float*) { return "float32"; }

template <typename T>
void write_array(std::ostream& out, const std::string& name, const std::vector<T>& values, size_t columns) {
  out << name << ' ' << type_of(values.data()) << ' ' << values.size() / columns << ' ' << columns << '\n';
  out.write(reinterpret_cast<const char*>(values.data()), static_cast<std::streamsize>(values.size() * sizeof(T)));
  out << '\n';
}
