// The Node-API module: what core/backends/native/addon.ts declares. Steps run on a thread of libuv's pool and the
// program's own; JavaScript gets a promise.

#include <functional>
#include <memory>
#include <optional>

#include "../program/peak.h"
#include "algebra_calls.h"
#include "map_file.h"
#include "read_plan.h"

namespace convolab {

namespace {

/// A program as JavaScript holds it. `busy` while a job runs; `program` is gone after `dispose`.
struct Handle {
  std::unique_ptr<Program> program;
  bool busy = false;
};
using SharedHandle = std::shared_ptr<Handle>;

constexpr napi_type_tag kHandleTag = {0x636f6e766f6c6162, 0x70726f6772616d31};

/// Arguments of a call, the first of which may be a program.
class Arguments : public js::Arguments {
 public:
  using js::Arguments::Arguments;

  SharedHandle handle() const {
    bool tagged = false;
    void* data = nullptr;
    const bool ours = napi_check_object_type_tag(env(), first(), &kHandleTag, &tagged) == napi_ok && tagged &&
                      napi_get_value_external(env(), first(), &data) == napi_ok;
    require(ours, "The first argument is not a program");
    return *static_cast<SharedHandle*>(data);
  }

  /// The program, if it may be used now.
  Program& idle(const SharedHandle& handle) const {
    require(handle->program != nullptr, "The program has been disposed of");
    require(!handle->busy, "The program is busy: one call at a time");
    return *handle->program;
  }
};

/// Work away from the JavaScript thread. The arrays it reads are held until it is done.
struct Job {
  Job(napi_env env, SharedHandle program) : env(env), handle(std::move(program)) {}
  ~Job() {
    for (napi_ref reference : held) napi_delete_reference(env, reference);
  }
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;

  const napi_env env;
  const SharedHandle handle;
  std::function<void()> work;
  std::function<napi_value(napi_env)> result;
  std::vector<napi_ref> held;
  std::optional<Failure> failure;
  napi_async_work async = nullptr;
  napi_deferred deferred = nullptr;

  void hold(const js::Value& value) {
    napi_ref reference;
    js::check(env, napi_create_reference(env, value.raw(), 1, &reference), "hold an array");
    held.push_back(reference);
  }

  static void execute(napi_env, void* data) {
    Job& job = *static_cast<Job*>(data);
    try {
      job.work();
    } catch (const Failure& failure) {
      job.failure = failure;
    } catch (const std::bad_alloc&) {
      job.failure = Failure("memory.exhausted", "No memory left for the batch");
    } catch (const std::exception& error) {
      job.failure = Failure("internal", error.what());
    }
  }

  static void complete(napi_env env, napi_status, void* data) {
    const std::unique_ptr<Job> job(static_cast<Job*>(data));
    job->handle->busy = false;
    try {
      if (job->failure) throw *job->failure;
      napi_resolve_deferred(env, job->deferred, job->result(env));
    } catch (const Failure& failure) {
      napi_reject_deferred(env, job->deferred, js::error(env, failure.code(), failure.what()));
    }
    napi_delete_async_work(env, job->async);
  }
};

napi_value start(napi_env env, std::unique_ptr<Job> job) {
  napi_value promise;
  js::check(env, napi_create_promise(env, &job->deferred, &promise), "make a promise");
  js::check(env,
            napi_create_async_work(env, nullptr, js::text(env, "convolab"), Job::execute, Job::complete, job.get(),
                                   &job->async),
            "start a job");
  js::check(env, napi_queue_async_work(env, job->async), "start a job");
  job->handle->busy = true;
  job.release();
  return promise;
}

napi_value tallyResult(napi_env env, const Tally& tally) {
  napi_value result;
  js::check(env, napi_create_object(env, &result), "make an object");
  js::set(env, result, "steps", js::number(env, tally.steps));
  js::set(env, result, "samples", js::number(env, static_cast<double>(tally.samples)));
  js::set(env, result, "lossSum", js::number(env, tally.lossSum));
  js::set(env, result, "correct", js::number(env, static_cast<double>(tally.correct)));
  js::set(env, result, "nonFiniteStep", js::number(env, tally.nonFinite.step));
  js::set(env, result, "nonFiniteLayer", js::text(env, tally.nonFinite.layer));
  return result;
}

Storage storageNamed(const std::string& name) {
  if (name == "parameters") return Storage::parameters;
  if (name == "gradients") return Storage::gradients;
  if (name == "averages") return Storage::averages;
  if (name == "state0") return Storage::state0;
  if (name == "state1") return Storage::state1;
  throw Failure("argument.invalid", "There is no storage " + name);
}

// paths(): string[], the fastest first
napi_value paths(napi_env env, const Arguments&) {
  std::vector<std::string> names;
  for (const char* name : {"avx512", "avx2", "neon", "baseline"}) {
    if (findKernels(name) != nullptr) names.emplace_back(name);
  }
  return js::texts(env, names);
}

// kernels(): string[]
napi_value kernelNames(napi_env env, const Arguments&) { return js::texts(env, operationNames()); }

// measurePeak(path, threads): number, floating-point operations per second
napi_value measurePeakOf(napi_env env, const Arguments& arguments) {
  const int threads = static_cast<int>(arguments[1].integer(1, 1024));
  return js::number(env, measurePeak(kernelsNamed(arguments[0].text()), threads));
}

// mapFile(path): Uint8Array
napi_value mapFileAt(napi_env env, const Arguments& arguments) { return mapFile(env, arguments[0].text()); }

OptimizerCall readOptimizer(const js::Value& from) {
  OptimizerCall call;
  call.type = from.get("type").text();
  for (const js::Value& number : from.get("numbers").items()) {
    call.numbers[number.get("name").text()] = number.get("value").number();
  }
  return call;
}

ProgramOptions::Clip clipNamed(const std::string& name) {
  if (name == "norm") return ProgramOptions::Clip::norm;
  if (name == "value") return ProgramOptions::Clip::value;
  require(name == "none", "Gradients cannot be clipped by " + name);
  return ProgramOptions::Clip::none;
}

// create(plan, { path, threads, batchSize, optimizer, clip, average, guard, profile }): program
napi_value create(napi_env env, const Arguments& arguments) {
  const js::Value options = arguments[1];
  const ProgramOptions chosen = {.threads = static_cast<int>(options.get("threads").integer(1, 1024)),
                                 .batchSize = static_cast<int>(options.get("batchSize").integer(1, 1 << 20)),
                                 .optimizer = readOptimizer(options.get("optimizer")),
                                 .clip = clipNamed(options.get("clip").get("type").text()),
                                 .bound = static_cast<float>(options.get("clip").get("bound").number()),
                                 .average = options.get("average").number(),
                                 .profile = options.get("profile").flag()};
  auto handle = std::make_unique<SharedHandle>(std::make_shared<Handle>());
  (*handle)->program =
      std::make_unique<Program>(readPlan(arguments[0]), kernelsNamed(options.get("path").text()), chosen);
  if (options.get("guard").flag()) (*handle)->program->guardArenas();
  napi_value external;
  const auto release = [](napi_env, void* data, void*) { delete static_cast<SharedHandle*>(data); };
  js::check(env, napi_create_external(env, handle.get(), release, nullptr, &external), "make a program");
  handle.release();
  js::check(env, napi_type_tag_object(env, external, &kHandleTag), "tag a program");
  return external;
}

// dispose(program)
napi_value dispose(napi_env, const Arguments& arguments) {
  const SharedHandle handle = arguments.handle();
  require(!handle->busy, "The program is busy: one call at a time");
  handle->program.reset();
  return nullptr;
}

// memoryBytes(program): number
napi_value memoryBytes(napi_env env, const Arguments& arguments) {
  return js::number(env, static_cast<double>(arguments.idle(arguments.handle()).memoryBytes()));
}

// intact(program): boolean, whether every guard is as it was
napi_value intact(napi_env env, const Arguments& arguments) {
  return js::flag(env, arguments.idle(arguments.handle()).intact());
}

// takeProfile(program): number[]
napi_value takeProfile(napi_env env, const Arguments& arguments) {
  return js::numbers(env, arguments.idle(arguments.handle()).takeProfile());
}

/// Throws where the program keeps no such thing.
float* placeOf(Program& program, const js::Value& storage, int parameter) {
  float* place = program.at(storageNamed(storage.text()), parameter);
  require(place != nullptr, "The program keeps no " + storage.text());
  return place;
}

// read(program, storage, parameter): Float32Array
napi_value readValues(napi_env env, const Arguments& arguments) {
  Program& program = arguments.idle(arguments.handle());
  const int index = arguments[2].index(program.plan().parameters.size());
  const float* from = placeOf(program, arguments[1], index);
  float* to = nullptr;
  napi_value array = js::floatArray(env, program.size(index), &to);
  std::copy_n(from, program.size(index), to);
  return array;
}

// write(program, storage, parameter, values)
napi_value writeValues(napi_env, const Arguments& arguments) {
  Program& program = arguments.idle(arguments.handle());
  const int index = arguments[2].index(program.plan().parameters.size());
  const auto values = arguments[3].floats();
  require(values.size == program.size(index), program.plan().parameters[static_cast<size_t>(index)].name + " has " +
                                                  std::to_string(program.size(index)) + " elements, not " +
                                                  std::to_string(values.size));
  std::copy_n(values.data, values.size, placeOf(program, arguments[1], index));
  return nullptr;
}

// update(program, rate, step, samples)
napi_value update(napi_env, const Arguments& arguments) {
  Program& program = arguments.idle(arguments.handle());
  const UpdateMoment moment = {static_cast<float>(arguments[1].number()), arguments[2].integer(1, int64_t{1} << 32)};
  program.update(moment, static_cast<int>(arguments[3].integer(0, 1 << 20)));
  return nullptr;
}

void holdSource(Job& job, const js::Value& source) {
  job.hold(source.get("images"));
  job.hold(source.get("labels"));
}

/// `null` outside training.
Moment readMoment(const js::Value& moment) {
  if (moment.absent()) return {};
  constexpr int64_t kExact = int64_t{1} << 53;
  return trainingMoment(moment.get("seed").integer(0, kExact), moment.get("step").integer(0, kExact));
}

// train(program, source, order, batchSize, rates, moment, lossSum): Promise<tally>
napi_value train(napi_env env, const Arguments& arguments) {
  auto job = std::make_unique<Job>(env, arguments.handle());
  Program& program = arguments.idle(job->handle);
  require(program.plan().loss >= 0, "A plan without a loss cannot be trained");
  const Source source = readSource(arguments[1], program.plan());
  const auto order = readIndices(arguments[2], source.count);
  const int batchSize = static_cast<int>(arguments[3].integer(1, program.options().batchSize));
  const auto rates = arguments[4].floats();
  require(rates.size == (order.size + batchSize - 1) / batchSize, "There must be one learning rate for each step");
  holdSource(*job, arguments[1]);
  job->hold(arguments[2]);
  job->hold(arguments[4]);
  const auto tally = std::make_shared<Tally>();
  const Moment moment = readMoment(arguments[5]);
  const double lossSum = arguments[6].number();
  job->work = [=, &program] {
    *tally = program.train(source, order.data, order.size, batchSize, rates.data, moment, lossSum);
  };
  job->result = [=](napi_env e) { return tallyResult(e, *tally); };
  return start(env, std::move(job));
}

// evaluate(program, source, indices, predictions, outputs?): Promise<tally>
napi_value evaluate(napi_env env, const Arguments& arguments) {
  auto job = std::make_unique<Job>(env, arguments.handle());
  Program& program = arguments.idle(job->handle);
  const Source source = readSource(arguments[1], program.plan());
  const auto indices = readIndices(arguments[2], source.count);
  const auto predictions = arguments[3].int32s();
  require(predictions.size == indices.size, "There must be room for one prediction per sample");
  holdSource(*job, arguments[1]);
  job->hold(arguments[2]);
  job->hold(arguments[3]);
  float* outputs = nullptr;
  if (!arguments[4].absent()) {
    const auto room = arguments[4].floats();
    require(room.size == indices.size * program.outputSize(), "There must be room for every output of each sample");
    outputs = room.data;
    job->hold(arguments[4]);
  }
  const auto tally = std::make_shared<Tally>();
  auto* out = const_cast<int32_t*>(predictions.data);
  job->work = [=, &program] { *tally = program.evaluate(source, indices.data, indices.size, out, outputs); };
  job->result = [=](napi_env e) { return tallyResult(e, *tally); };
  return start(env, std::move(job));
}

TargetFeed readTarget(const js::Value& target, int count) {
  if (target.absent()) return {};
  TargetFeed feed;
  if (!target.get("labels").absent()) {
    const auto labels = target.get("labels").int32s();
    require(labels.size == count, "There must be one label per sample");
    feed.labels = labels.data;
    return feed;
  }
  const auto values = target.get("values").floats();
  feed.classes = static_cast<int>(target.get("classes").integer(1, 1 << 24));
  require(values.size == int64_t{count} * feed.classes, "There must be one target per sample and class");
  feed.values = values.data;
  return feed;
}

// execute(program, count, feeds, target, taps, losses, moment): Promise<void>
napi_value execute(napi_env env, const Arguments& arguments) {
  auto job = std::make_unique<Job>(env, arguments.handle());
  Program& program = arguments.idle(job->handle);
  const Plan& plan = program.plan();
  const int count = static_cast<int>(arguments[1].integer(1, program.options().batchSize));
  const auto dataOf = [&](const js::Value& from, int value) {
    const js::Value array = from.get("data");
    const auto data = array.floats();
    job->hold(array);
    const int64_t elements = elementsOf(plan.values[static_cast<size_t>(value)].shape);
    require(data.size == count * elements, "The data of a value do not match its shape");
    return data.data;
  };
  std::vector<Feed> feeds;
  for (const js::Value& feed : arguments[2].items()) {
    const int value = feed.get("value").index(plan.values.size());
    feeds.push_back({value, dataOf(feed, value)});
  }
  std::vector<Tap> taps;
  for (const js::Value& tap : arguments[4].items()) {
    const int value = tap.get("value").index(plan.values.size());
    taps.push_back({value, tap.get("after").index(plan.calls.size()), dataOf(tap, value)});
  }
  const TargetFeed target = readTarget(arguments[3], count);
  const auto losses = arguments[5].floats();
  require(losses.size == count, "There must be room for one loss per sample");
  if (plan.loss >= 0) program.requireTarget(target);
  if (!arguments[3].absent()) job->hold(arguments[3]);
  job->hold(arguments[5]);
  const Moment moment = readMoment(arguments[6]);
  job->work = [=, &program] { program.execute(count, feeds, target, taps, losses.data, moment); };
  job->result = [](napi_env e) {
    napi_value nothing;
    napi_get_undefined(e, &nothing);
    return nothing;
  };
  return start(env, std::move(job));
}

/// Turns a Failure into a JavaScript exception.
template <auto function>
napi_value guarded(napi_env env, napi_callback_info info) {
  try {
    return function(env, Arguments(env, info));
  } catch (const Failure& failure) {
    napi_throw(env, js::error(env, failure.code(), failure.what()));
  } catch (const std::bad_alloc&) {
    napi_throw(env, js::error(env, "memory.exhausted", "No memory left"));
  } catch (const std::exception& error) {
    napi_throw(env, js::error(env, "internal", error.what()));
  }
  return nullptr;
}

template <auto function>
void expose(napi_env env, napi_value exports, const char* name) {
  napi_value value;
  js::check(env, napi_create_function(env, name, NAPI_AUTO_LENGTH, guarded<function>, nullptr, &value),
            "make a function");
  js::set(env, exports, name, value);
}

}  // namespace

}  // namespace convolab

NAPI_MODULE_INIT() {
  using namespace convolab;
  try {
    expose<paths>(env, exports, "paths");
    expose<kernelNames>(env, exports, "kernels");
    expose<measurePeakOf>(env, exports, "measurePeak");
    expose<mapFileAt>(env, exports, "mapFile");
    expose<addProductOf>(env, exports, "addProduct");
    expose<updateAndMultiplyOf>(env, exports, "updateAndMultiply");
    expose<panelElementsOf>(env, exports, "panelElements");
    expose<reflectOf>(env, exports, "reflect");
    expose<rotateOf>(env, exports, "rotate");
    expose<create>(env, exports, "create");
    expose<dispose>(env, exports, "dispose");
    expose<memoryBytes>(env, exports, "memoryBytes");
    expose<intact>(env, exports, "intact");
    expose<takeProfile>(env, exports, "takeProfile");
    expose<readValues>(env, exports, "read");
    expose<writeValues>(env, exports, "write");
    expose<update>(env, exports, "update");
    expose<train>(env, exports, "train");
    expose<evaluate>(env, exports, "evaluate");
    expose<execute>(env, exports, "execute");
  } catch (const Failure& failure) {
    napi_throw_error(env, failure.code(), failure.what());
  }
  return exports;
}
