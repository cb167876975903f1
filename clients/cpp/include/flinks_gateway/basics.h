/// \file
/// What the value types are made of, beside the contract.
#pragma once

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <ratio>

namespace flinks_gateway {

/// Makes one visitor of several lambdas: `std::visit(overloaded{[](const Session&) {…}, …}, outcome)`. Does not compile
/// where a case is forgotten, as long as none of them takes `auto`.
template <class... Cases>
struct overloaded : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
overloaded(Cases...) -> overloaded<Cases...>;

/// A time in UTC, in steps of 100 nanoseconds: fine enough for the contract, wide enough for the years 1 to 9999.
using Timestamp =
    std::chrono::time_point<std::chrono::system_clock, std::chrono::duration<std::int64_t, std::ratio<1, 10'000'000>>>;

/// Whether Flinks keeps the customer's credentials and data, so that they can be refreshed, or reopened from cache.
enum class Save {
  kNo,   ///< It does not; the session may come without a Login.
  kYes,  ///< It does: Login::login_id leads back to them.
};
/// Prints `YES` or `NO`.
std::ostream& operator<<(std::ostream& out, Save value);

namespace internal {
struct Access;
}

}  // namespace flinks_gateway
